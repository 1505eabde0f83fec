import type { Plugin } from "../../core/mod.ts";
import { localkv } from "../localkv/mod.ts";
import { serviceLabelPlugin } from "../service_label/mod.ts";

/**
 * What an agent can use without any other process: its service label and the embedded store.
 *
 * @example
 * ```ts
 * import { createAgent } from "../../core/mod.ts";
 * import { local, rpc } from "./mod.ts";
 *
 * const agent = createAgent({ plugins: [...local(), ...rpc()] });
 * ```
 */
export function local(): Plugin[] {
  return [serviceLabelPlugin(), localkv()];
}
