/**
 * Client of an external NATS server, based on npm:nats: {@linkcode connectNats} for programs, {@linkcode nats} for
 * agents. It is not a server (that is `plugins/nats_server`) and it buffers no messages while it is disconnected:
 * a publish then fails.
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
export { nats, type NatsApi, type NatsPluginOptions, natsToken } from "./plugin.ts";
