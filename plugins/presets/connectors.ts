import type { Plugin } from "../../core/mod.ts";
import { etcd } from "../etcd/mod.ts";
import { natsServer } from "../nats_server/mod.ts";
import { nats } from "../nats/mod.ts";

/** What an agent reaches others with: etcd, a NATS server of its own, and a client for one elsewhere. */
export function connectors(): Plugin[] {
  return [etcd(), natsServer(), nats()];
}
