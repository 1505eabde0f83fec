/**
 * The configuration section `kubernetes`.
 *
 * @module
 */
import { duration, type Field, flag, integer, text } from "../../core/config/mod.ts";

/** Fields of the section `kubernetes`. Outside a cluster and without `kubeconfig` the plugin is disabled. */
export const kubernetesConfig: {
  readonly enabled: Field<boolean>;
  readonly kubeconfig: Field<string | undefined>;
  readonly context: Field<string | undefined>;
  readonly serviceHost: Field<string | undefined>;
  readonly servicePort: Field<number>;
  readonly serviceAccount: Field<string>;
  readonly requestTimeoutMs: Field<number>;
  readonly retryTimeoutMs: Field<number>;
  readonly watchTimeoutMs: Field<number>;
  readonly pollIntervalMs: Field<number>;
  readonly probeIntervalMs: Field<number>;
} = {
  enabled: flag({ doc: "Whether the Kubernetes API is used where it is found.", default: true }),
  kubeconfig: text({
    doc:
      "Kubeconfig file to use in place of the service account of the pod. Programs that provide " +
      "credentials (`exec`, `auth-provider`) are not supported.",
  }),
  context: text({ doc: "Context of the kubeconfig. Default: its `current-context`." }),
  serviceHost: text({
    doc: "Host of the API. Kubernetes sets it in every container.",
    aliases: ["KUBERNETES_SERVICE_HOST"],
  }),
  servicePort: integer({
    doc: "Port of the API. Kubernetes sets it in every container.",
    default: 443,
    min: 1,
    max: 65_535,
    aliases: ["KUBERNETES_SERVICE_PORT"],
  }),
  serviceAccount: text({
    doc:
      "Folder with the `token`, `ca.crt` and `namespace` of the service account. They are read for " +
      "each request, so that a rotated token takes effect.",
    default: "/var/run/secrets/kubernetes.io/serviceaccount",
  }),
  requestTimeoutMs: duration({
    doc: "Time limit of one attempt of a call.",
    default: "5s",
    min: "100ms",
    max: "1m",
  }),
  retryTimeoutMs: duration({
    doc: "Time for which a call that failed is tried again; the API may ask for pauses within it.",
    default: "15s",
    min: 0,
    max: "10m",
  }),
  watchTimeoutMs: duration({
    doc: "Time after which the API ends a watch and it is opened again. It bounds how long a " +
      "connection that broke without a sign stays unnoticed.",
    default: "2m",
    min: "1s",
    max: "1h",
  }),
  pollIntervalMs: duration({
    doc: "How often an object is read when the service account must not watch it.",
    default: "30s",
    min: "1s",
    max: "1h",
  }),
  probeIntervalMs: duration({
    doc: "Interval at which the API is asked for its version to check that it answers.",
    default: "1m",
    min: "1s",
    max: "1h",
  }),
};
