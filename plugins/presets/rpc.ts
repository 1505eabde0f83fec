import type { Plugin } from "../../core/mod.ts";
import { health } from "../health/mod.ts";
import { http } from "../http/mod.ts";
import { prometheus } from "../prometheus/mod.ts";

/** What lets others look at an agent and talk to it: the HTTP port, metrics and probes. */
export function rpc(): Plugin[] {
  return [http(), prometheus(), health()];
}
