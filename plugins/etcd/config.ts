/**
 * The section `etcd`.
 *
 * @module
 */
import { duration, list, secret, text } from "../../core/config/mod.ts";

/** Fields of the section `etcd`. Without `endpoints` the plugin is disabled. */
export const etcdConfig = {
  endpoints: list({
    doc: "Servers as `host:port` or URL. Without any, etcd is not used.",
    aliases: ["ETCD_ENDPOINTS", "ETCDV3_ENDPOINTS"],
  }),
  operationTimeoutMs: duration({
    doc: "Limit for one call.",
    default: 3_000,
    min: 100,
    max: 60_000,
  }),
  dialTimeoutMs: duration({
    doc: "Limit for making a connection.",
    default: 1_000,
    min: 100,
    max: 60_000,
  }),
  keepaliveTimeMs: duration({
    doc: "Silence after which the server is asked for a sign of life. etcd refuses less than `5s`.",
    default: 6_000,
    min: 5_000,
    max: 3_600_000,
  }),
  keepaliveTimeoutMs: duration({
    doc: "How long the server has to give a sign of life before the connection counts as lost.",
    default: 2_000,
    min: 100,
    max: 60_000,
  }),
  probeIntervalMs: duration({
    doc: "How often the server is asked for its revision, to report the state of the connection.",
    default: 5_000,
    min: 100,
    max: 600_000,
  }),
  user: text({ doc: "User to log in as." }),
  password: secret({ doc: "The user's password." }),
  caFile: text({ doc: "File with the authorities (PEM) that may sign the server's certificate." }),
  certFile: text({ doc: "File with the client's certificate (PEM)." }),
  keyFile: text({ doc: "File with the key (PEM) of the client's certificate." }),
  tlsServerName: text({
    doc:
      "Name that the server's certificate must carry; needed for endpoints that are IP addresses.",
  }),
} as const;
