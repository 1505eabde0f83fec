/**
 * From everything that is known about the pod to its identity.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";
import { findContainerId } from "./container_id.ts";
import { parseDownward } from "./downward.ts";
import type { Identity, Tmaas } from "./identity.ts";
import { parseTmaas } from "./tmaas.ts";

/** What the operator and the environment say; undefined where they say nothing. */
export interface IdentityFacts {
  /** Namespace of the pod. */
  readonly namespace?: string;
  /** Name of the pod, not its UID. */
  readonly podName?: string;
  /** UID of the pod. */
  readonly podUid?: string;
  /** Node the pod runs on. */
  readonly node?: string;
  /** Name of the service. */
  readonly microservice?: string;
  /** Version of the service. */
  readonly version?: string;
  /** Topology, as JSON text or parsed. */
  readonly tmaas?: unknown;
  /** Labels of the pod. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Value of `NF`. */
  readonly nf?: string;
  /** Value of `NF_PREFIX`. */
  readonly nfPrefix?: string;
  /** Value of `NF_TYPE`. */
  readonly nfType?: string;
  /** Host and port of the topology gateway. */
  readonly topogwFqdn?: string;
  /** Revision of the service's ConfigMap. */
  readonly msRevision?: string;
  /** Revision of the NF-level ConfigMap. */
  readonly nfRevision?: string;
  /** Id of the agent's container. */
  readonly containerId?: string;
  /** Folder of the downward API volume. */
  readonly podinfo: string;
}

/**
 * Resolves the identity: facts first, then the files `labels`, `annotations`, `uid`, `nodeName`,
 * `podName` and `namespace` of the volume.
 *
 * @param readText Reads a file; undefined when it does not exist.
 * @param onProblem Told of everything missing or malformed, with its place. Nothing throws.
 *
 * @example
 * ```ts
 * import { resolveIdentity } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const problems: string[] = [];
 * const facts = { podinfo: "/etc/podinfo", microservice: "amf", podName: "amf-0" };
 * const identity = resolveIdentity(facts, () => undefined, (problem) => problems.push(problem));
 * assert.equal(identity.version, "v0");
 * assert.equal(problems.length, 1);
 * ```
 */
export function resolveIdentity(
  facts: IdentityFacts,
  readText: (path: string) => string | undefined,
  onProblem: (problem: string) => void,
): Identity {
  const file = (name: string) => `${facts.podinfo}/${name}`;
  const pairs = (name: string) => parseDownward(readText(file(name)) ?? "", file(name), onProblem);
  const line = (name: string) => (readText(file(name)) ?? "").trim();
  const annotations = pairs("annotations");
  const labels = { ...Object.fromEntries(pairs("labels")), ...facts.labels };
  const microservice = facts.microservice ?? labels.microSvcName ?? "";
  if (microservice === "") {
    onProblem(
      `identity.microservice: not known; set it, or the label microSvcName in ${file("labels")}`,
    );
  }
  const namespace = facts.namespace ?? line("namespace");
  const tmaas = resolveTmaas(facts, annotations, file("annotations"), onProblem);
  return Object.freeze({
    namespace,
    podName: facts.podName ?? line("podName"),
    podUid: facts.podUid ?? line("uid"),
    node: facts.node ?? line("nodeName"),
    microservice,
    version: facts.version || annotations.get("svcVersion") || "v0",
    tmaas,
    labels: Object.freeze(labels),
    nf: facts.nf ?? "",
    nfPrefix: tmaas ? namespace : facts.nfPrefix ?? namespace,
    nfType: facts.nfType ?? "",
    topogwFqdn: facts.topogwFqdn ?? annotations.get("topogw.fqdn") ?? "",
    msRevision: facts.msRevision ?? "",
    nfRevision: facts.nfRevision ?? "",
    containerId: facts.containerId ?? findContainerId(readText),
  });
}

/** The topology of the first source that has one; a malformed one is told and counts as missing. */
function resolveTmaas(
  { tmaas }: IdentityFacts,
  annotations: ReadonlyMap<string, string>,
  file: string,
  onProblem: (problem: string) => void,
): Tmaas | undefined {
  const key = "xgvela.com/tmaas";
  const [value, place] = tmaas !== undefined
    ? [tmaas, "identity.tmaas"]
    : [annotations.get(key), `${file}: ${key}`];
  if (value === undefined) {
    onProblem(`identity.tmaas: not known; set it, or the annotation ${key} in ${file}`);
    return undefined;
  }
  try {
    return parseTmaas(value, place);
  } catch (error) {
    onProblem(describeError(error));
    return undefined;
  }
}
