import type { Plugin } from "../../core/mod.ts";
import { etcd } from "../etcd/mod.ts";
import { kafka } from "../kafka/mod.ts";
import { kubernetes } from "../kubernetes/mod.ts";
import { natsServer } from "../nats_server/mod.ts";
import { nats } from "../nats/mod.ts";

/** Connections to other processes: clients of etcd, Kafka and Kubernetes, an embedded NATS server and a NATS client. */
export function connectors(): Plugin[] {
  return [etcd(), kafka(), kubernetes(), natsServer(), nats()];
}
