import type { Plugin } from "../../core/mod.ts";
import { health } from "../health/mod.ts";
import { http } from "../http/mod.ts";
import { prometheus } from "../prometheus/mod.ts";

/** The HTTP interface of an agent: the port, metrics and probes. */
export function rpc(): Plugin[] {
  return [http(), prometheus(), health()];
}
