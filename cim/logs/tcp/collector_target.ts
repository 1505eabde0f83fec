/**
 * Which collector the TCP logs go to: that of the cluster (`logging_svc_url`), or with `prefer_local_daemonset` the pod
 * of the collector on the agent's own node. It is asked for each connection, so that a collector that moved is found.
 *
 * @module
 */
import { AgentError, describeError } from "../../../core/errors/mod.ts";
import type { HostPort } from "../../../core/net/mod.ts";
import type { KubernetesApi } from "../../../plugins/kubernetes/mod.ts";
import { logErrors } from "../errors.ts";

/** Label of the collector's pods, fixed by the contract. */
const collectorLabels = { "k8s-app": "fluent-bit" };

/** Options of {@linkcode collectorTarget}. */
export interface CollectorTargetOptions {
  /** The collector of the cluster; undefined without one. Asked for each connection. */
  readonly service: () => HostPort | undefined;
  /** Port of the collector that runs on each node; undefined without one. Asked for each connection. */
  readonly nodePort: () => number | undefined;
  /** Whether the collector of the node is preferred; asked for each connection. */
  readonly prefersNode: () => boolean;
  /** Name of the agent's node; empty while it is not known. */
  readonly node: () => string;
  /** Undefined without Kubernetes. */
  readonly kubernetes: Pick<KubernetesApi, "isEnabled" | "pods"> | undefined;
  /** Called with the reason when the collector of the node is not used although it is preferred; undefined when it is. */
  readonly onProblem: (reason: string | undefined) => void;
}

/**
 * Returns the function that finds the collector. While that of the node cannot be used, it returns that of the cluster.
 *
 * @throws {AgentError} From the function: `log_collector_unreachable` when there is neither; a later call may succeed.
 */
export function collectorTarget(
  options: CollectorTargetOptions,
): (signal: AbortSignal) => Promise<HostPort> {
  const { service, prefersNode, onProblem } = options;
  return async (signal) => {
    if (!prefersNode()) return service() ?? fail("logging_svc_url is missing");
    const found = await onNode(options, signal);
    if (typeof found !== "string") {
      onProblem(undefined);
      return found;
    }
    signal.throwIfAborted();
    onProblem(found);
    return service() ?? fail(found);
  };
}

/** The first collector of the node that is running and ready, or the reason why there is none. */
async function onNode(
  { nodePort, node, kubernetes }: CollectorTargetOptions,
  signal: AbortSignal,
): Promise<HostPort | string> {
  const port = nodePort();
  if (port === undefined) return "logging_svc_tcp_port of common-infra.json is no port";
  if (!kubernetes?.isEnabled) return "Kubernetes is not used";
  const name = node();
  if (name === "") return "the name of the node is not known";
  try {
    const pods = await kubernetes.pods({ node: name, labels: collectorLabels }, { signal });
    const usable = pods.filter(({ phase, isReady, ip, deletionTime }) =>
      phase === "Running" && isReady && ip !== "" && deletionTime === undefined
    );
    if (usable.length > 0) return { hostname: usable[0].ip, port };
    return `node ${name} has no collector that is ready`;
  } catch (error) {
    return describeError(error);
  }
}

function fail(reason: string): never {
  throw new AgentError(
    logErrors.log_collector_unreachable,
    `Cannot find the TCP log collector: ${reason}`,
  );
}
