import { definePlugin, json, type Plugin, text } from "../../core/mod.ts";
import { identityToken } from "./identity.ts";
import { IdentityHolder } from "./identity_holder.ts";
import { resolveIdentity } from "./resolve.ts";

const fields = {
  namespace: text({ doc: "Namespace of the pod.", aliases: ["K8S_NAMESPACE"] }),
  podName: text({ doc: "Name of the pod.", aliases: ["K8S_POD_ID"] }),
  podUid: text({ doc: "UID of the pod; else the file `uid`." }),
  node: text({ doc: "Node of the pod; else the file `nodeName`." }),
  microservice: text({ doc: "Name of the service; else the label `microSvcName`." }),
  version: text({ doc: "Version of the service; else the annotation `svcVersion`, else `v0`." }),
  tmaas: json((z) => z.unknown(), {
    doc: "Topology, the JSON of the annotation `xgvela.com/tmaas`; else that annotation.",
  }),
  labels: json((z) => z.record(z.string(), z.string()), {
    doc: "Labels of the pod, laid over those of the file `labels`.",
  }),
  nf: text({ doc: "Overrides `nf` in the headers of own events.", aliases: ["NF"] }),
  nfPrefix: text({
    doc: "`nfPrefix` in the headers of events when the topology is not known.",
    aliases: ["NF_PREFIX"],
  }),
  nfType: text({ doc: "Overrides `nfType` in the headers of own events.", aliases: ["NF_TYPE"] }),
  topogwFqdn: text({
    doc: "Topology gateway as `host:port`; else the annotation `topogw.fqdn`.",
  }),
  msRevision: text({
    doc: "Revision of the service's ConfigMap at start.",
    aliases: ["MS_CONFIG_REVISION"],
  }),
  nfRevision: text({
    doc: "Revision of the NF-level ConfigMap at start.",
    aliases: ["NF_CONFIG_REVISION"],
  }),
  containerId: text({
    doc: "Id of the agent's container; else found in `/proc/self`.",
    aliases: ["K8S_CONTAINER_ID"],
  }),
  podinfo: text({
    doc: "Folder of a downward API volume: `labels`, `annotations`, `uid`, `nodeName`, ...",
    default: "/etc/podinfo",
  }),
};

/**
 * Provides the pod's identity. It never fails: what is missing or malformed is a warning with its place,
 * and the plugin's status says that the identity is incomplete.
 */
export function identity(): Plugin {
  return definePlugin({
    name: "identity",
    provides: [identityToken],
    config: fields,
    init({ config, log, status, provide }) {
      const problems: string[] = [];
      provide(
        identityToken,
        new IdentityHolder(
          resolveIdentity(config, readIfPossible, (problem) => problems.push(problem)),
        ),
      );
      for (const problem of problems) log.warn(problem);
      status.ok(problems.length === 0 ? "" : `incomplete: ${problems.join("; ")}`);

      function readIfPossible(path: string): string | undefined {
        try {
          return Deno.readTextFileSync(path);
        } catch (error) {
          if (error instanceof Deno.errors.NotFound) return undefined;
          // Below /proc only a process with all permissions may read: the id then comes from outside.
          const write = error instanceof Deno.errors.NotCapable ? log.debug : log.warn;
          write(`Cannot read ${path}; going on without it`, { error });
          return undefined;
        }
      }
    },
  });
}
