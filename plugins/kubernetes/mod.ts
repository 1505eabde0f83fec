/**
 * Client of the Kubernetes API for a program inside a pod: its own pod, followed by a watch; the pods of its node;
 * ConfigMaps; annotations of a ClusterRole. It works with the service account of the pod or with a kubeconfig, reads
 * rotated tokens and certificates, and never stops its agent: without the API the last known state stays usable and
 * the status says why.
 *
 * It is no general client: it changes nothing but by creating a ConfigMap, deletes nothing, and offers no raw requests.
 *
 * The calls go through the runtime's `fetch` and not through npm:@kubernetes/client-node. That package was measured
 * under Deno: version 1.4.0 adds 45.7 MB to the 74 MB of modules of the compiled program and 290 ms to the first call,
 * needs the whole environment granted, and opens a TLS connection per call (6.5 ms against 1.7 ms); the watch of
 * version 2.0.1 dies without a sign when its connection is reset. Seven calls of a stable API do not need it.
 *
 * @module
 */
export type {
  ClusterRole,
  ConfigMap,
  FollowOptions,
  FollowState,
  KubernetesApi,
  KubernetesCallOptions,
  Owner,
  Pod,
  PodQuery,
} from "./api.ts";
export { kubernetesConfig } from "./config.ts";
export { kubernetesErrors } from "./errors.ts";
export { kubernetes, kubernetesToken } from "./plugin.ts";
