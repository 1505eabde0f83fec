/**
 * The configuration section `etcd`.
 *
 * @module
 */
import {
  duration,
  type Field,
  list,
  type LoginFields,
  loginFields,
  size,
  type TlsFields,
  tlsFields,
} from "../../core/config/mod.ts";
import { endpointProblem } from "./endpoints.ts";

const mebibyte = 1024 * 1024;

/** Fields of the section `etcd`. Without `endpoints` the plugin is disabled. */
export const etcdConfig:
  & {
    readonly endpoints: Field<readonly string[] | undefined>;
    readonly operationTimeoutMs: Field<number>;
    readonly dialTimeoutMs: Field<number>;
    readonly keepaliveTimeMs: Field<number>;
    readonly keepaliveTimeoutMs: Field<number>;
    readonly probeIntervalMs: Field<number>;
    readonly maxWatchSizeBytes: Field<number>;
  }
  & LoginFields
  & TlsFields = {
    endpoints: list({
      doc: "Servers of etcd, each as `host:port` or a URL. Without any, etcd is not used.",
      checkItem: endpointProblem,
      aliases: ["ETCD_ENDPOINTS", "ETCDV3_ENDPOINTS"],
    }),
    operationTimeoutMs: duration({
      doc: "Time limit for one call.",
      default: 3_000,
      min: 100,
      max: 60_000,
    }),
    dialTimeoutMs: duration({
      doc: "Time limit for connecting to one server.",
      default: 1_000,
      min: 100,
      max: 60_000,
    }),
    keepaliveTimeMs: duration({
      doc: "Idle time after which a keepalive ping is sent. etcd rejects less than `5s`.",
      default: 6_000,
      min: 5_000,
      max: 3_600_000,
    }),
    keepaliveTimeoutMs: duration({
      doc: "Time limit for the response to a keepalive ping; then the connection is closed.",
      default: 2_000,
      min: 100,
      max: 60_000,
    }),
    probeIntervalMs: duration({
      doc: "Interval at which the revision is read to check that the server answers.",
      default: 5_000,
      min: 100,
      max: 600_000,
    }),
    maxWatchSizeBytes: size({
      doc:
        "Maximum size of the changes that all watches together keep for slow readers; beyond it, the " +
        "watch with the most bytes ends.",
      default: 64 * mebibyte,
      min: mebibyte,
    }),
    ...loginFields(),
    ...tlsFields({ tlsServerName: "Required for endpoints that are IP addresses." }),
  };
