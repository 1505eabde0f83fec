/**
 * Combines configuration, environment, the pod in Kubernetes and the files of a downward API volume to the identity of
 * the pod.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";
import type { Pod } from "../../plugins/kubernetes/mod.ts";
import { parseDownward } from "./downward.ts";
import type { Identity, Tmaas } from "./identity.ts";
import { parseTmaas } from "./tmaas.ts";

/** Values from configuration and environment; undefined where they do not set one. */
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
  /** Id of the agent's container. Default: unknown. */
  readonly containerId?: string;
  /** Name of the agent's container in the pod, to find its id there. */
  readonly containerName?: string;
  /** Topology gateway to use when no source names one. */
  readonly topogwFallback?: string;
  /** The pod as Kubernetes has it; the files are not read then. Default: unknown. */
  readonly pod?: Pod;
  /** Folder of the downward API volume. */
  readonly podinfo: string;
}

/** A value that is missing or malformed. */
export interface IdentityProblem {
  /** The place, what is wrong and the remedy. */
  readonly text: string;
  /** Whether the value is a name that keys are made of; then configuration cannot be handled. */
  readonly isUnusableName: boolean;
}

/** Names that are segments of keys and parts of file names. */
type KeySegment = "namespace" | "podName" | "microservice" | "version";

/** What one source knows of the pod, and where a value of it comes from, for messages. */
interface PodData {
  readonly namespace: string;
  readonly podName: string;
  readonly uid: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly place: (part: "namespace" | "podName" | "labels" | "annotations") => string;
}

/**
 * Resolves the identity: what the operator set first, then the pod as Kubernetes has it, or else the files `labels`,
 * `annotations`, `uid`, `nodeName`, `podName` and `namespace` of the volume. The topology is optional. A name that
 * cannot be a segment of a key is reported and becomes empty.
 *
 * @param readText Returns the text of a file, or undefined if it does not exist.
 * @param onProblem Called for each value that is missing or malformed. Nothing throws.
 *
 * @example
 * ```ts
 * import { type IdentityProblem, resolveIdentity } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const problems: IdentityProblem[] = [];
 * const facts = { podinfo: "/etc/podinfo", microservice: "amf", podName: "amf/0" };
 * const identity = resolveIdentity(facts, () => undefined, (problem) => problems.push(problem));
 * assert.equal(identity.version, "v0");
 * assert.equal(problems[0].isUnusableName, true);
 * ```
 */
export function resolveIdentity(
  facts: IdentityFacts,
  readText: (path: string) => string | undefined,
  onProblem: (problem: IdentityProblem) => void,
): Identity {
  const report = (text: string) => onProblem({ text, isUnusableName: false });
  const data = facts.pod ? fromPod(facts.pod) : fromFiles(facts.podinfo, readText, report);
  const { annotations, place } = data;
  const labels = { ...data.labels, ...facts.labels };
  const segment = (name: KeySegment, key: string, preset: string, place: string) =>
    keySegment(facts[name] || preset, facts[name] ? `identity.${key}` : place, onProblem);
  const namespace = segment("namespace", "namespace", data.namespace, place("namespace"));
  const podName = segment("podName", "pod_name", data.podName, place("podName"));
  const microservice = segment(
    "microservice",
    "microservice",
    labels.microSvcName ?? "",
    `${place("labels")}: microSvcName`,
  );
  const version = segment(
    "version",
    "version",
    annotations.svcVersion || "v0",
    `${place("annotations")}: svcVersion`,
  );
  if (!facts.microservice && !labels.microSvcName) {
    report(
      `identity.microservice: not known; set it, or the label microSvcName in ${place("labels")}`,
    );
  }
  const tmaas = resolveTmaas(facts, annotations, place("annotations"), report);
  return Object.freeze({
    namespace,
    podName,
    podUid: facts.podUid ?? data.uid,
    node: facts.node ?? data.node,
    microservice,
    version,
    tmaas,
    labels: Object.freeze(labels),
    annotations: Object.freeze(annotations),
    nf: facts.nf ?? "",
    nfPrefix: tmaas ? namespace : facts.nfPrefix ?? namespace,
    nfType: facts.nfType ?? "",
    topogwFqdn: facts.topogwFqdn || annotations["topogw.fqdn"] || facts.topogwFallback || "",
    mmaas: annotations["xgvela.com/mmaas"] ?? "",
    msRevision: facts.msRevision ?? "",
    nfRevision: facts.nfRevision ?? "",
    containerId: facts.containerId ?? facts.pod?.containerIds[facts.containerName ?? ""] ?? "",
  });
}

function fromPod({ namespace, name, uid, node, labels, annotations }: Pod): PodData {
  const where = `pod ${namespace}/${name}`;
  const { [lastApplied]: _, ...others } = annotations;
  const place = (part: string) => `${where}: ${part}`;
  return { namespace, podName: name, uid, node, labels, annotations: others, place };
}

/** A copy of the whole object, which kubectl keeps. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function fromFiles(
  podinfo: string,
  readText: (path: string) => string | undefined,
  report: (problem: string) => void,
): PodData {
  const file = (name: string) => `${podinfo}/${name}`;
  const pairs = (name: string) =>
    Object.fromEntries(parseDownward(readText(file(name)) ?? "", file(name), report));
  const line = (name: string) => (readText(file(name)) ?? "").trim();
  return {
    namespace: line("namespace"),
    podName: line("podName"),
    uid: line("uid"),
    node: line("nodeName"),
    labels: pairs("labels"),
    annotations: pairs("annotations"),
    place: file,
  };
}

/** The name if it can be a segment of a key, else an empty string after a report. */
function keySegment(
  value: string,
  place: string,
  onProblem: (problem: IdentityProblem) => void,
): string {
  // deno-lint-ignore no-control-regex -- control characters are what must not be in a name
  const isSegment = !/[/\x00-\x1f\x7f]/.test(value) && value !== "." && value !== "..";
  if (isSegment) return value;
  const text = `${place}: ${JSON.stringify(value)} cannot be part of a key: it must be a name ` +
    `without "/" and control characters, and not "." or ".."`;
  onProblem({ text, isUnusableName: true });
  return "";
}

/** The topology of the first source that has one; a malformed one is reported and counts as missing. */
function resolveTmaas(
  { tmaas }: IdentityFacts,
  annotations: Readonly<Record<string, string>>,
  place: string,
  report: (problem: string) => void,
): Tmaas | undefined {
  const key = "xgvela.com/tmaas";
  const [value, where] = tmaas !== undefined
    ? [tmaas, "identity.tmaas"]
    : [annotations[key], `${place}: ${key}`];
  if (value === undefined) return undefined;
  try {
    return parseTmaas(value, where);
  } catch (error) {
    report(describeError(error));
    return undefined;
  }
}
