/**
 * Client of an outside NATS server, on npm:nats: {@linkcode connectNats} for programs, {@linkcode nats}
 * for agents. It is no server (that is `plugins/nats_server`), knows no subjects of the product, and keeps
 * nothing while there is no connection: a publish then fails instead of waiting unseen.
 *
 * @module
 */
export type {
  NatsClient,
  NatsConnectionState,
  NatsMessage,
  NatsRequestOptions,
  NatsSubscribeOptions,
} from "./client.ts";
export { natsErrors } from "./errors.ts";
export { connectNats, type ConnectNatsOptions } from "./connect.ts";
export { nats, type NatsApi, natsToken } from "./plugin.ts";
