import type { Identity } from "../identity/mod.ts";
import { parseRevision } from "./revision.ts";

/** Which ConfigMap a change-set belongs to: `nf` of the network function, `ms` of the service. */
export type Level = "nf" | "ms";

/** Every {@linkcode Level}. */
export const levels: readonly Level[] = Object.freeze(["nf", "ms"]);

/** Where a verdict is committed: the key of a level, or of the ConfigMap that the agent owns. */
export type CommitTarget = Level | "cim";

/** Every {@linkcode CommitTarget}. */
export const commitTargets: readonly CommitTarget[] = Object.freeze([...levels, "cim"]);

/** Name of the agent's own file: change-sets for it go to the agent, not to the application. */
export const ownDataKey = "cim.json";

/** Names that select the change-sets of this pod. */
export interface Scope {
  /** Namespace. */
  readonly namespace: string;
  /** Microservice. */
  readonly microservice: string;
  /** Version of the microservice. */
  readonly version: string;
  /** Name of the pod, the last segment of commit keys. */
  readonly podName: string;
}

/** The parts of `change-set/<ns>/<ms>/<ver>/<level>/<dataKey>/<rev>`. */
export interface ChangeSetKey {
  /** The whole key. */
  readonly key: string;
  /** Level. */
  readonly level: Level;
  /** File that the patch changes. */
  readonly dataKey: string;
  /** Revision, 0 or more. */
  readonly revision: number;
}

/** The scope of an identity; its names may be empty, see {@linkcode missingScope}. */
export function scopeOf({ namespace, microservice, version, podName }: Identity): Scope {
  return { namespace, microservice, version, podName };
}

/** Keys of section `identity` that are unknown but needed in the configuration service's keys. */
export function missingScope({ namespace, podName, microservice, version }: Scope): string[] {
  const names = {
    "identity.namespace (K8S_NAMESPACE)": namespace,
    "identity.pod_name (K8S_POD_ID)": podName,
    "identity.microservice": microservice,
    "identity.version": version,
  };
  return Object.entries(names).filter(([, value]) => value === "").map(([name]) => name);
}

/** Prefix of all change-sets of a service, with a slash at its end. */
export function changeSetPrefix({ namespace, microservice }: Scope): string {
  return `change-set/${namespace}/${microservice}/`;
}

/**
 * Reads a change-set key. Undefined when it is malformed or belongs to another namespace, service or version:
 * segments are compared as a whole.
 */
export function parseChangeSetKey(key: string, scope: Scope): ChangeSetKey | undefined {
  const segments = key.split("/");
  if (segments.length !== 7) return undefined;
  const [kind, namespace, microservice, version, level, dataKey, digits] = segments;
  const revision = parseRevision(digits);
  if (
    kind !== "change-set" || namespace !== scope.namespace ||
    microservice !== scope.microservice || version !== scope.version ||
    (level !== "nf" && level !== "ms") || dataKey === "" || revision === undefined
  ) return undefined;
  return Object.freeze({ key, level, dataKey, revision });
}

/** Why {@linkcode parseChangeSetKey} does not take a key below {@linkcode changeSetPrefix}. */
export interface ChangeSetFault {
  /** What is wrong with the key, and what is allowed. */
  readonly reason: string;
  /** Whether it is well-formed and belongs to another version of the service. */
  readonly isOtherVersion: boolean;
}

const form = "change-set/<namespace>/<service>/<version>/<nf or ms>/<file>/<revision>";

/** Longest part of a key that a reason quotes, in characters. */
const maxQuoted = 80;

/** Tells why a key is none of a change-set of this scope. */
export function changeSetFault(key: string, scope: Scope): ChangeSetFault {
  const segments = key.split("/");
  const [, , , version, level, dataKey, digits] = segments;
  if (version && version !== scope.version && parseChangeSetKey(key, { ...scope, version })) {
    const reason = `it is for version ${
      quoted(version)
    }, and this pod has version "${scope.version}"`;
    return { reason, isOtherVersion: true };
  }
  const reason = segments.length !== 7
    ? `it has ${segments.length} segments; must be ${form}`
    : level !== "nf" && level !== "ms"
    ? `its level must be nf or ms, found ${quoted(level)}`
    : dataKey === ""
    ? "its file name must not be empty"
    : parseRevision(digits) === undefined
    ? `its revision must be a whole number, found ${quoted(digits)}`
    : `its version must be "${scope.version}", found ${quoted(version)}`;
  return { reason, isOtherVersion: false };
}

function quoted(segment: string): string {
  return JSON.stringify(
    segment.length > maxQuoted ? `${segment.slice(0, maxQuoted)}...` : segment,
  );
}

/** Key that holds this pod's verdict on the change-sets of a level, or of the ConfigMap that the agent owns. */
export function commitKey(scope: Scope, target: CommitTarget): string {
  return pathOf("commit-config", scope, target);
}

/** Key that holds the details of that verdict. */
export function statusKey(scope: Scope, target: CommitTarget): string {
  return pathOf("commit-status", scope, target);
}

function pathOf(
  kind: string,
  { namespace, microservice, version, podName }: Scope,
  target: CommitTarget,
) {
  // The ConfigMap belongs to the service.
  const path = target === "cim" ? "ms/cim" : target;
  return `${kind}/${namespace}/${microservice}/${version}/${path}/${podName}`;
}
