import type { KeyValueStore } from "../../../core/mod.ts";
import type { ConfigOptions } from "../config_options.ts";
import type { CliIo } from "../io.ts";
import { restAddress } from "../ask_agent.ts";
import { readConfiguration } from "../read_configuration.ts";
import { RestStore } from "./rest_store.ts";

/** The part of the store contract that the commands use. */
export type CliStore = Pick<KeyValueStore, "get" | "put" | "delete" | "list" | "watch">;

/** A store with its disposal. The caller of {@linkcode openStore} disposes of it. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: CliStore;
}

/**
 * Opens the configured store.
 *
 * @throws {AgentError} `config_invalid` when the configuration has problems.
 */
export async function openStore(options: ConfigOptions, io: CliIo): Promise<OpenedStore> {
  const configuration = await readConfiguration(options, io);
  const { endpoints } = configuration.values("etcd") as { endpoints?: readonly string[] };
  if (endpoints && endpoints.length > 0) {
    const { openEtcd } = await import("./open_etcd.ts");
    return await openEtcd(configuration);
  }
  return {
    store: new RestStore(restAddress(configuration)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
