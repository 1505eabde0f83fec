/**
 * The server's keys in section `nats`.
 *
 * @module
 */
import { type ConfigOf, duration, flag, integer, size, text } from "../../core/mod.ts";
import { defaultLimits, type NatsServerOptions } from "./options.ts";

/** Fields of the section; `plugins/nats` adds those of the client. */
export const natsServerFields = {
  embedded: flag({
    doc: "Run the embedded NATS server. Switch it off when all clients use an outside server.",
    default: true,
  }),
  host: text({
    doc: "Address the embedded server binds. Anything but loopback needs authentication or TLS.",
    default: "127.0.0.1",
  }),
  port: integer({
    doc: "Port the embedded server binds; 0 takes a free one.",
    default: 4222,
    min: 0,
    max: 65_535,
  }),
  allowInsecureBind: flag({
    doc: "Bind another address than loopback although anyone could connect.",
    default: false,
  }),
  maxPayloadBytes: size({
    doc: "Largest payload, headers included.",
    default: defaultLimits.maxPayloadBytes,
    min: 1,
    max: 64 * 1024 * 1024,
  }),
  maxControlLineBytes: size({
    doc: "Longest argument of a protocol line.",
    default: defaultLimits.maxControlLineBytes,
    min: 64,
    max: 64 * 1024,
  }),
  maxPendingBytes: size({
    doc: "Most bytes that may wait for one client; it is cut off beyond.",
    default: defaultLimits.maxPendingBytes,
    min: 4096,
    max: 2 ** 31,
  }),
  maxConnections: integer({
    doc: "Most connections at once.",
    default: defaultLimits.maxConnections,
    min: 1,
    max: 1_000_000,
  }),
  maxSubscriptions: integer({
    doc: "Most subscriptions of one client; 0 for as many as it likes.",
    default: defaultLimits.maxSubscriptions,
    min: 0,
    max: 10_000_000,
  }),
  pingIntervalMs: duration({
    doc: "Time between pings to a quiet client.",
    default: defaultLimits.pingIntervalMs,
    min: 1,
    max: 86_400_000,
  }),
  maxPingsOut: integer({
    doc: "Pings without an answer after which a client is stale.",
    default: defaultLimits.maxPingsOut,
    min: 1,
    max: 100,
  }),
  writeDeadlineMs: duration({
    doc: "Longest time a write to a client may make no progress before the client is cut off.",
    default: defaultLimits.writeDeadlineMs,
    min: 1,
    max: 3_600_000,
  }),
};

/** The parsed section. */
export type NatsServerConfig = ConfigOf<typeof natsServerFields>;

/** Options of the server that the section asks for. */
export function serverOptions(config: NatsServerConfig): NatsServerOptions {
  const { host, port, allowInsecureBind } = config;
  const {
    maxPayloadBytes,
    maxControlLineBytes,
    maxPendingBytes,
    maxConnections,
    maxSubscriptions,
    pingIntervalMs,
    maxPingsOut,
    writeDeadlineMs,
  } = config;
  return {
    host,
    port,
    allowInsecureBind,
    limits: {
      maxPayloadBytes,
      maxControlLineBytes,
      maxPendingBytes,
      maxConnections,
      maxSubscriptions,
      pingIntervalMs,
      maxPingsOut,
      writeDeadlineMs,
    },
  };
}
