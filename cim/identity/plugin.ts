import {
  counter,
  definePlugin,
  duration,
  json,
  type Logger,
  type Plugin,
  readTextIfPresent,
  text,
} from "../../core/mod.ts";
import { findContainerId } from "./container_id.ts";
import { type Identity, identityToken } from "./identity.ts";
import { IdentityHolder } from "./identity_holder.ts";
import { type IdentityProblem, resolveIdentity } from "./resolve.ts";

const fields = {
  namespace: text({
    doc: "Namespace of the pod. Default: the file `namespace`.",
    aliases: ["K8S_NAMESPACE"],
  }),
  podName: text({ doc: "Name of the pod. Default: the file `podName`.", aliases: ["K8S_POD_ID"] }),
  podUid: text({ doc: "UID of the pod. Default: the file `uid`." }),
  node: text({ doc: "Node of the pod. Default: the file `nodeName`." }),
  microservice: text({ doc: "Name of the service. Default: the label `microSvcName`." }),
  version: text({
    doc: "Version of the service. Default: the annotation `svcVersion`, then `v0`.",
  }),
  tmaas: json((z) => z.unknown(), {
    doc: "Topology, as the JSON of the annotation `xgvela.com/tmaas`. Default: that annotation.",
  }),
  labels: json((z) => z.record(z.string(), z.string()), {
    doc: "Labels of the pod. They override those of the file `labels`.",
  }),
  nf: text({ doc: "Overrides `nf` in the headers of the agent's own events.", aliases: ["NF"] }),
  nfPrefix: text({
    doc: "`nfPrefix` in the headers of events, used when the topology is not known.",
    aliases: ["NF_PREFIX"],
  }),
  nfType: text({
    doc: "Overrides `nfType` in the headers of the agent's own events.",
    aliases: ["NF_TYPE"],
  }),
  topogwFqdn: text({
    doc: "Topology gateway as `host:port`. Default: the annotation `topogw.fqdn`.",
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
      "Id of the agent's container. Default: read from `/proc/self`, which needs all permissions.",
    aliases: ["K8S_CONTAINER_ID"],
  }),
  podinfo: text({
    doc:
      "Folder of a downward API volume with the files `labels`, `annotations`, `uid`, `nodeName`, `podName`, `namespace`.",
    default: "/etc/podinfo",
  }),
  refreshMs: duration({
    doc: "How often the files of `podinfo` are read again.",
    default: 30_000,
    min: 1_000,
  }),
};

/**
 * Provides the pod's identity and keeps it up to date: Kubernetes rewrites the files of a downward API volume when
 * labels or annotations change. It never stops the agent. A value that is missing or malformed makes the plugin
 * degraded; a name that cannot be part of a key makes it an error, so the agent is not ready.
 */
export function identity(): Plugin {
  return definePlugin({
    name: "identity",
    provides: [identityToken],
    config: fields,
    init({ config, log, status, provide, metrics }) {
      const unreadable = new Set<string>();
      const readText = (path: string) => readIfPossible(path, unreadable, log);
      const facts = { ...config, containerId: config.containerId ?? findContainerId(readText) };

      function resolve(): Identity {
        const problems: IdentityProblem[] = [];
        const resolved = resolveIdentity(facts, readText, (problem) => problems.push(problem));
        const reason = problems.map(({ text }) => text).join("; ");
        if (problems.some(({ isUnusableName }) => isUnusableName)) status.error(reason);
        else if (reason !== "") status.degraded(`incomplete: ${reason}`);
        else status.ok();
        return resolved;
      }

      const holder = new IdentityHolder(resolve());
      metrics.add(
        counter(
          "cim_identity_changes_total",
          "Changes of the pod's identity.",
          () => holder.changes,
        ),
      );
      provide(identityToken, holder);
      return { holder, resolve };
    },
    afterInit({ holder, resolve }, { config, clock, log, tasks }) {
      tasks.run("identity refresh", async (signal) => {
        for await (const _ of clock.every(config.refreshMs, { signal })) {
          if (holder.update(resolve())) log.info("Identity changed");
        }
      });
    },
  });
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
