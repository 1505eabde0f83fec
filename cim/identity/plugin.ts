import {
  type Clock,
  counter,
  definePlugin,
  duration,
  json,
  type Logger,
  type Plugin,
  readTextIfPresent,
  text,
} from "../../core/mod.ts";
import { type KubernetesApi, kubernetesToken } from "../../plugins/kubernetes/mod.ts";
import { findContainerId } from "./container_id.ts";
import { type Identity, identityToken } from "./identity.ts";
import { IdentityHolder } from "./identity_holder.ts";
import { OwnPod, type OwnPodOptions } from "./own_pod.ts";
import { type IdentityFacts, type IdentityProblem, resolveIdentity } from "./resolve.ts";

const fields = {
  namespace: text({
    doc: "Namespace of the pod. Default: that of the service account, then the file `namespace`.",
    aliases: ["K8S_NAMESPACE"],
  }),
  podName: text({ doc: "Name of the pod. Default: the file `podName`.", aliases: ["K8S_POD_ID"] }),
  podUid: text({ doc: "UID of the pod. Default: from Kubernetes, then the file `uid`." }),
  node: text({ doc: "Node of the pod. Default: from Kubernetes, then the file `nodeName`." }),
  microservice: text({ doc: "Name of the service. Default: the label `microSvcName`." }),
  version: text({
    doc: "Version of the service. Default: the annotation `svcVersion`, then `v0`.",
  }),
  tmaas: json((z) => z.unknown(), {
    doc: "Topology, as the JSON of the annotation `xgvela.com/tmaas`. Default: that annotation.",
  }),
  labels: json((z) => z.record(z.string(), z.string()), {
    doc: "Labels of the pod. They override those of Kubernetes and of the file `labels`.",
  }),
  nf: text({
    doc: "`nf` in the headers of events, used when the topology is not known.",
    aliases: ["NF"],
  }),
  nfPrefix: text({
    doc: "`nfPrefix` in the headers of events, used when the topology is not known.",
    aliases: ["NF_PREFIX"],
  }),
  nfType: text({
    doc: "`nfType` in the headers of events, used when the topology is not known.",
    aliases: ["NF_TYPE"],
  }),
  topogwFqdn: text({
    doc:
      "Topology gateway as `host:port`. Default: the annotation `topogw.fqdn`, then the annotation " +
      "`topo-gw.fqdn` of ClusterRole `<xgvelaId>-xgvela`.",
  }),
  msRevision: text({
    doc: "Revision of the service's ConfigMap when the container started.",
    aliases: ["MS_CONFIG_REVISION"],
  }),
  nfRevision: text({
    doc: "Revision of the NF-level ConfigMap when the container started.",
    aliases: ["NF_CONFIG_REVISION"],
  }),
  containerId: text({
    doc:
      "Id of the agent's container. Default: read from `/proc/self`, which the runtime allows only a " +
      "process with all permissions, then from the status of the pod in Kubernetes.",
    aliases: ["K8S_CONTAINER_ID"],
  }),
  containerName: text({
    doc: "Name of the agent's container in the pod, to find its id in the status of the pod.",
    default: "cim",
  }),
  podinfo: text({
    doc:
      "Folder of a downward API volume with the files `labels`, `annotations`, `uid`, `nodeName`, `podName`, `namespace`.",
    default: "/etc/podinfo",
  }),
  kubernetesWaitMs: duration({
    doc:
      "How long the start waits for the pod from Kubernetes when the service or the topology is not " +
      "known otherwise.",
    default: "3s",
    min: 0,
    max: "1m",
  }),
  refreshMs: duration({
    doc: "How often the files of `podinfo` are read again.",
    default: 30_000,
    min: 1_000,
  }),
};

/**
 * Provides the pod's identity and keeps it up to date: with a watch on the pod where Kubernetes is used, otherwise from
 * the files of a downward API volume, which Kubernetes rewrites when labels or annotations change. It never stops the
 * agent. A value that is missing or malformed makes the plugin degraded; a name that cannot be part of a key makes it
 * an error, so the agent is not ready.
 */
export function identity(): Plugin {
  return definePlugin({
    name: "identity",
    optional: [kubernetesToken],
    provides: [identityToken],
    config: fields,
    async init({ config, clock, find, log, status, provide, metrics, tasks }) {
      const unreadable = new Set<string>();
      const readText = (path: string) => readIfPossible(path, unreadable, log);
      const containerId = config.containerId ?? (findContainerId(readText) || undefined);
      const refresh = () => {
        if (holder?.update(resolve())) log.info("Identity changed");
      };
      const { ownPod, problem } = createOwnPod(find(kubernetesToken), config, readText, {
        clock,
        log,
        onChange: refresh,
      });

      function resolve(): Identity {
        const problems: IdentityProblem[] = [];
        const resolved = resolveIdentity(
          {
            ...config,
            namespace: config.namespace || ownPod?.namespace,
            containerId,
            pod: ownPod?.pod,
            topogwFallback: ownPod?.topogwFqdn,
          },
          readText,
          (problem) => problems.push(problem),
        );
        const text = problem ?? ownPod?.problem;
        if (text !== undefined) problems.push({ text, isUnusableName: false });
        const reason = problems.map(({ text }) => text).join("; ");
        if (problems.some(({ isUnusableName }) => isUnusableName)) status.error(reason);
        else if (reason !== "") status.degraded(`incomplete: ${reason}`);
        else status.ok(ownPod?.note);
        return resolved;
      }

      let holder: IdentityHolder | undefined;
      if (ownPod) {
        tasks.run("own pod", (signal) => ownPod.follow(signal));
        const { microservice, tmaas } = resolve();
        if (microservice === "" || !tmaas) await firstOf(ownPod, config.kubernetesWaitMs, clock);
      }
      const live = holder = new IdentityHolder(resolve());
      if (ownPod) {
        tasks.run("topology gateway", (signal) => ownPod.findTopogw(() => live.current, signal));
      }
      metrics.add(
        counter("cim_identity_changes_total", "Changes of the pod's identity.", () => live.changes),
      );
      provide(identityToken, live);
      return { refresh };
    },
    afterInit({ refresh }, { config, clock, tasks }) {
      tasks.run("identity refresh", async (signal) => {
        for await (const _ of clock.every(config.refreshMs, { signal })) refresh();
      });
    },
  });
}

/** The pod in Kubernetes, or the problem why it cannot be read; neither where Kubernetes is not used. */
function createOwnPod(
  api: KubernetesApi | undefined,
  { namespace = "", podName, podinfo }: Pick<IdentityFacts, "namespace" | "podName" | "podinfo">,
  readText: (path: string) => string | undefined,
  rest: Pick<OwnPodOptions, "clock" | "log" | "onChange">,
): { ownPod?: OwnPod; problem?: string } {
  if (!api?.isEnabled) return {};
  const name = podName || (readText(`${podinfo}/podName`) ?? "").trim();
  if (name === "") {
    const problem =
      "identity.pod_name: not known, so the pod cannot be read from Kubernetes; set K8S_POD_ID";
    return { problem };
  }
  return { ownPod: new OwnPod({ api, namespace, name, ...rest }) };
}

/** Waits for the first answer, or failure, for at most this time. */
async function firstOf(ownPod: OwnPod, limitMs: number, clock: Clock): Promise<void> {
  const { promise: isLate, resolve } = Promise.withResolvers<void>();
  using _limit = clock.timer(limitMs, resolve);
  await Promise.race([ownPod.known, isLate]);
}

/** Reads a file; undefined when it does not exist or cannot be read. Each unreadable file is logged once. */
function readIfPossible(path: string, unreadable: Set<string>, log: Logger): string | undefined {
  try {
    return readTextIfPresent(path);
  } catch (error) {
    if (unreadable.has(path)) return undefined;
    unreadable.add(path);
    // The runtime reserves /proc for processes with all permissions; then the container id stays unknown.
    const write = error instanceof Deno.errors.NotCapable ? log.debug : log.warn;
    write(`Cannot read ${path}; continuing without it`, { error });
    return undefined;
  }
}
