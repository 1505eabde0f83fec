/**
 * Combines configuration, environment and the files of a downward API volume to the identity of the pod.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";
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

/**
 * Resolves the identity: facts first, then the files `labels`, `annotations`, `uid`, `nodeName`, `podName` and
 * `namespace` of the volume. The topology is optional. A name that cannot be a segment of a key is reported and
 * becomes empty.
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
  const file = (name: string) => `${facts.podinfo}/${name}`;
  const pairs = (name: string) => parseDownward(readText(file(name)) ?? "", file(name), report);
  const line = (name: string) => (readText(file(name)) ?? "").trim();
  const annotations = pairs("annotations");
  const labels = { ...Object.fromEntries(pairs("labels")), ...facts.labels };
  const segment = (name: KeySegment, key: string, preset: () => string, place: string) =>
    keySegment(
      facts[name] || preset(),
      facts[name] ? `identity.${key}` : place,
      onProblem,
    );
  const namespace = segment("namespace", "namespace", () => line("namespace"), file("namespace"));
  const podName = segment("podName", "pod_name", () => line("podName"), file("podName"));
  const microservice = segment(
    "microservice",
    "microservice",
    () => labels.microSvcName ?? "",
    `${file("labels")}: microSvcName`,
  );
  const version = segment(
    "version",
    "version",
    () => annotations.get("svcVersion") || "v0",
    `${file("annotations")}: svcVersion`,
  );
  if (!facts.microservice && !labels.microSvcName) {
    report(
      `identity.microservice: not known; set it, or the label microSvcName in ${file("labels")}`,
    );
  }
  const tmaas = resolveTmaas(facts, annotations, file("annotations"), report);
  return Object.freeze({
    namespace,
    podName,
    podUid: facts.podUid ?? line("uid"),
    node: facts.node ?? line("nodeName"),
    microservice,
    version,
    tmaas,
    labels: Object.freeze(labels),
    nf: facts.nf ?? "",
    nfPrefix: tmaas ? namespace : facts.nfPrefix ?? namespace,
    nfType: facts.nfType ?? "",
    topogwFqdn: facts.topogwFqdn ?? annotations.get("topogw.fqdn") ?? "",
    msRevision: facts.msRevision ?? "",
    nfRevision: facts.nfRevision ?? "",
    containerId: facts.containerId ?? "",
  });
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
  annotations: ReadonlyMap<string, string>,
  file: string,
  report: (problem: string) => void,
): Tmaas | undefined {
  const key = "xgvela.com/tmaas";
  const [value, place] = tmaas !== undefined
    ? [tmaas, "identity.tmaas"]
    : [annotations.get(key), `${file}: ${key}`];
  if (value === undefined) return undefined;
  try {
    return parseTmaas(value, place);
  } catch (error) {
    report(describeError(error));
    return undefined;
  }
}
