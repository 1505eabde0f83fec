/**
 * The section `rest`.
 *
 * @module
 */
import { type ConfigOf, duration, flag, integer, list, size, text } from "../../core/mod.ts";

/** An empty path is a mistake, and not the same as none. */
const filePath = { pattern: /\S/, patternDoc: "must be the path of a file, or absent" };

/** Fields of the section. */
export const httpConfig = {
  host: text({
    doc:
      "Address to listen on. Default: 127.0.0.1; inside Kubernetes 0.0.0.0, because probes and " +
      "scrapes come from outside the pod. Routes that change or reveal something answer loopback peers only.",
  }),
  kubernetesServiceHost: text({
    doc: "Set by Kubernetes in every container; if present, the agent runs in a pod.",
    aliases: ["KUBERNETES_SERVICE_HOST"],
  }),
  port: integer({
    doc: "Port of the REST interface, probes and metrics; 0 lets the system choose.",
    default: 6060,
    min: 0,
    max: 65_535,
  }),
  allowedHosts: list({
    doc:
      "Host names that loopback-only routes accept in requests, beside localhost, names below it and " +
      "loopback addresses.",
    default: [],
  }),
  maxBodyBytes: size({
    doc: "Largest request body; a larger one is answered with 413.",
    default: 2 ** 20,
    min: 1,
    max: 2 ** 30,
  }),
  maxBodyMemoryBytes: size({
    doc:
      "Maximum memory for all request bodies together, until their requests are answered; beyond it requests " +
      "with a body are answered with 503. A body that is the only one may exceed it.",
    default: 32 * 2 ** 20,
    min: 2 ** 12,
    max: 2 ** 32,
  }),
  maxConnections: integer({
    doc:
      "Maximum open connections, and at most a sixth of the process's file descriptors; when all are " +
      "taken, the connection that has been idle longest is closed, or a new one gets 503. A few more are " +
      "accepted for probes.",
    default: 512,
    min: 1,
    max: 65_536,
  }),
  maxRequests: integer({
    doc:
      "Maximum requests whose answer has not been read completely, probes not included; a further one " +
      "is answered with 503.",
    default: 1_024,
    min: 1,
    max: 1_000_000,
  }),
  maxUnreadBytes: size({
    doc:
      "Maximum bytes of answers held in memory until clients have read them; beyond it requests are " +
      "answered with 503. Answers that are streamed are not included.",
    default: 32 * 2 ** 20,
    min: 1,
    max: 2 ** 32,
  }),
  headerTimeoutMs: duration({
    doc: "Time allowed to receive the first complete request header of a connection.",
    default: 10_000,
    min: 10,
  }),
  bodyTimeoutMs: duration({
    doc: "Time allowed to receive a request body; after it the answer is 408.",
    default: 30_000,
    min: 10,
  }),
  idleTimeoutMs: duration({
    doc: "A connection without a request in progress is closed after this time.",
    default: 120_000,
    min: 10,
  }),
  writeTimeoutMs: duration({
    doc: "A response is aborted if the client reads nothing for this long.",
    default: 30_000,
    min: 10,
  }),
  tlsCertFile: text({
    ...filePath,
    doc: "PEM file with the certificate chain of the server. It turns TLS on, on the same port.",
  }),
  tlsKeyFile: text({ ...filePath, doc: "PEM file with the private key of the certificate." }),
  tlsClientCaFile: text({
    ...filePath,
    doc:
      "PEM file with the CA certificates of clients; when set, TLS clients must present a certificate " +
      "that one of them signed. Clients without TLS are not affected; see `tls_required`.",
  }),
  tlsRequired: flag({
    doc:
      "Whether requests without TLS are refused, probes and scrapes included. Command-line tools of the agent " +
      "that use HTTP without TLS are refused too.",
    default: false,
  }),
  tlsReloadIntervalMs: duration({
    doc: "How often the certificate files are checked for changes.",
    default: 10_000,
    min: 100,
    max: 86_400_000,
  }),
};

/** The parsed section. */
export type HttpConfig = ConfigOf<typeof httpConfig>;

/** The address to listen on. */
export function listenHost({ host, kubernetesServiceHost }: HttpConfig): string {
  return host ?? (kubernetesServiceHost ? "0.0.0.0" : "127.0.0.1");
}
