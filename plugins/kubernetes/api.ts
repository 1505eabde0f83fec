/**
 * What the plugin offers: the calls, and the objects as far as these calls need them.
 *
 * @module
 */

/** Reference to the object that controls another one. */
export interface Owner {
  /** Group and version, such as `apps/v1`. */
  readonly apiVersion: string;
  /** Kind, such as `StatefulSet`. */
  readonly kind: string;
  /** Name. */
  readonly name: string;
  /** UID. */
  readonly uid: string;
}

/** A pod. A text that the API does not set is empty. */
export interface Pod {
  /** Namespace. */
  readonly namespace: string;
  /** Name. */
  readonly name: string;
  /** UID. */
  readonly uid: string;
  /** Labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Node; empty until it is scheduled. */
  readonly node: string;
  /** Phase, such as `Running`. */
  readonly phase: string;
  /** Whether it passes its readiness probes. */
  readonly isReady: boolean;
  /** IP address, without brackets. */
  readonly ip: string;
  /** The object that controls it; undefined without one. */
  readonly controller: Owner | undefined;
  /** Ids of its containers, without the prefix of the runtime, by the name of the container. */
  readonly containerIds: Readonly<Record<string, string>>;
  /** When it was asked to end, in milliseconds since 1970; undefined while it is not. */
  readonly deletionTime: number | undefined;
  /** Seconds that it has for ending, from the deletion or else from its specification; undefined if unknown. */
  readonly graceSeconds: number | undefined;
}

/** A ConfigMap with text data. */
export interface ConfigMap {
  /** Namespace. */
  readonly namespace: string;
  /** Name. */
  readonly name: string;
  /** Labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Texts by key. */
  readonly data: Readonly<Record<string, string>>;
  /** Object with which it is deleted; undefined for none. When read: its first owner. */
  readonly owner: Owner | undefined;
}

/** A ClusterRole; of its content only the metadata is read. */
export interface ClusterRole {
  /** Name. */
  readonly name: string;
  /** Annotations. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Which pods {@linkcode KubernetesApi.pods} lists. */
export interface PodQuery {
  /** Only of this namespace. Default: of all. */
  readonly namespace?: string;
  /** Only on this node. Default: on all. */
  readonly node?: string;
  /** Only with these labels. Default: with any. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Options of every call. */
export interface KubernetesCallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

/** How a followed pod is kept up to date. */
export interface FollowState {
  /** `watching`, `polling` because watching is not allowed, or `failing`: the last known pod may be stale. */
  readonly state: "watching" | "polling" | "failing";
  /** Why; empty while watching. */
  readonly reason: string;
}

/** Options of {@linkcode KubernetesApi.followPod}. */
export interface FollowOptions {
  /** Ends the iteration, without an error. */
  readonly signal: AbortSignal;
  /** Called when the way of keeping up to date changes or fails. It must not throw. */
  readonly onState?: (state: FollowState) => void;
}

/**
 * Calls of the Kubernetes API. Each retries within `kubernetes.retry_timeout` what a retry can help and honours the
 * pause that the API asks for. They reject with an `AgentError`: `unavailable` when the plugin is disabled,
 * `kubernetes_unreachable`, `kubernetes_denied`, `kubernetes_throttled`, `kubernetes_failed`.
 */
export interface KubernetesApi {
  /** Whether there is a cluster; otherwise every call rejects with `unavailable`. */
  readonly isEnabled: boolean;
  /** Namespace of the service account, or of the context of the kubeconfig; empty when unknown. */
  readonly namespace: string;
  /** Reads a pod; undefined when there is none. Needs the verb `get` for pods. */
  pod(namespace: string, name: string, options?: KubernetesCallOptions): Promise<Pod | undefined>;
  /**
   * Yields the pod now and after each change; undefined while it does not exist. It survives every failure, and
   * reports it to `onState`. Needs `list` and `watch` for pods; with `get` alone the pod is read periodically.
   */
  followPod(
    namespace: string,
    name: string,
    options: FollowOptions,
  ): AsyncIterable<Pod | undefined>;
  /** Lists pods. Needs the verb `list` for pods, in all namespaces unless the query names one. */
  pods(query: PodQuery, options?: KubernetesCallOptions): Promise<Pod[]>;
  /**
   * The object that controls a pod: for a ReplicaSet the Deployment behind it if the service account may read
   * ReplicaSets, otherwise the ReplicaSet. Undefined for a pod without one.
   */
  controllerOf(pod: Pod, options?: KubernetesCallOptions): Promise<Owner | undefined>;
  /** Reads a ConfigMap; undefined when there is none. Needs the verb `get` for configmaps. */
  configMap(
    namespace: string,
    name: string,
    options?: KubernetesCallOptions,
  ): Promise<ConfigMap | undefined>;
  /**
   * Creates a ConfigMap. Needs the verb `create` for configmaps.
   *
   * @throws {AgentError} `kubernetes_conflict` when one of this name exists.
   */
  createConfigMap(configMap: ConfigMap, options?: KubernetesCallOptions): Promise<void>;
  /** Reads a ClusterRole; undefined when there is none. Needs the verb `get` for clusterroles. */
  clusterRole(name: string, options?: KubernetesCallOptions): Promise<ClusterRole | undefined>;
}
