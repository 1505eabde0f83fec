/**
 * What Kubernetes knows of this pod: the pod itself, followed by a watch, and the topology gateway, which a ClusterRole
 * names when the pod does not.
 *
 * @module
 */
import { type Clock, describeError, type Logger } from "../../core/mod.ts";
import type { FollowState, KubernetesApi, Pod } from "../../plugins/kubernetes/mod.ts";
import type { Identity } from "./identity.ts";

/** Options of {@linkcode OwnPod}. */
export interface OwnPodOptions {
  /** The API. */
  readonly api: KubernetesApi;
  /** Namespace of the pod; empty for that of the service account. */
  readonly namespace: string;
  /** Name of the pod. */
  readonly name: string;
  /** Called after each change of what is known. */
  readonly onChange: () => void;
  /** Clock for the pauses. */
  readonly clock: Clock;
  /** Logger. */
  readonly log: Logger;
}

/** Pause between two attempts to find the topology gateway, in milliseconds. */
const lookUpPauseMs = 30_000;
/** Most attempts for one ClusterRole. */
const maxLookUps = 60;
const roleAnnotation = "topo-gw.fqdn";

/** The pod as far as it is known. */
export class OwnPod {
  /** The pod; stays when it is deleted, because then this process is about to end. */
  pod: Pod | undefined;
  /** Topology gateway of the ClusterRole; undefined while unknown. */
  topogwFqdn: string | undefined;
  readonly #options: OwnPodOptions;
  readonly #known = Promise.withResolvers<void>();
  #state: FollowState | undefined;
  #isMissing = false;

  constructor(options: OwnPodOptions) {
    this.#options = options;
  }

  /** Why what is known may be stale or is missing; undefined when all is well. */
  get problem(): string | undefined {
    const { name } = this.#options;
    if (this.#state?.state === "failing") {
      return `${
        this.pod ? "the pod may have changed" : "the pod is not known"
      }: ${this.#state.reason}`;
    }
    return this.#isMissing ? `Kubernetes has no pod ${this.namespace}/${name}` : undefined;
  }

  /** How changes are noticed when the pod must not be watched; empty otherwise. */
  get note(): string {
    return this.#state?.state === "polling"
      ? `the pod is read periodically: ${this.#state.reason}`
      : "";
  }

  /** Resolves when the first answer or failure is there. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  /** Follows the pod until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { api, name, onChange } = this.#options;
    const onState = (state: FollowState) => {
      this.#state = state;
      onChange();
      if (state.state === "failing") this.#known.resolve();
    };
    for await (const pod of api.followPod(this.namespace, name, { signal, onState })) {
      this.#isMissing = pod === undefined && this.pod === undefined;
      this.pod = pod ?? this.pod;
      onChange();
      this.#known.resolve();
    }
    this.#known.resolve();
  }

  /** Looks for the topology gateway as long as the identity names none and a retry can help. */
  async findTopogw(identity: () => Identity, signal: AbortSignal): Promise<void> {
    const { clock, log, onChange } = this.#options;
    for (let attempt = 0; attempt < maxLookUps && !signal.aborted; attempt++) {
      const { topogwFqdn, tmaas } = identity();
      if (topogwFqdn !== "") return;
      try {
        if (tmaas?.xgvelaId) this.topogwFqdn = await this.#lookUp(tmaas.xgvelaId, signal);
        if (this.topogwFqdn) return onChange();
      } catch (error) {
        signal.throwIfAborted();
        log.debug("Topology gateway not found", { reason: describeError(error) });
      }
      await clock.sleep(lookUpPauseMs, { signal });
    }
  }

  /** Namespace of the pod. */
  get namespace(): string {
    return this.#options.namespace || this.#options.api.namespace;
  }

  async #lookUp(xgvelaId: string, signal: AbortSignal): Promise<string | undefined> {
    const role = await this.#options.api.clusterRole(`${xgvelaId}-xgvela`, { signal });
    return role?.annotations[roleAnnotation] || undefined;
  }
}
