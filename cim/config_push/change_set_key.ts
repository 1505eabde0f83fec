/**
 * Keys of the configuration service: change-sets in, commits out. The grammar is strict, so that a key that
 * is almost right is ignored instead of being answered under a wrong name.
 *
 * @module
 */

/** Whose ConfigMap a change-set belongs to: the network function's or the service's. */
export type Level = "nf" | "ms";

/** Every {@linkcode Level}. */
export const levels: readonly Level[] = Object.freeze(["nf", "ms"]);

/** Name of the agent's own file: its change-sets are for the agent itself. */
export const ownDataKey = "cim.json";

/** The service whose change-sets are taken. */
export interface Scope {
  /** Namespace. */
  readonly namespace: string;
  /** Microservice. */
  readonly microservice: string;
  /** Its version. */
  readonly version: string;
  /** Pod, the last segment of commit keys. */
  readonly podName: string;
}

/** The parts of `change-set/<ns>/<ms>/<ver>/<level>/<dataKey>/<rev>`. */
export interface ChangeSetKey {
  /** The whole key. */
  readonly key: string;
  /** Level. */
  readonly level: Level;
  /** File that the patch is for. */
  readonly dataKey: string;
  /** Revision, a positive integer. */
  readonly revision: number;
}

/** Prefix of all change-sets of a service, with the slash at its end. */
export function changeSetPrefix({ namespace, microservice }: Scope): string {
  return `change-set/${namespace}/${microservice}/`;
}

/**
 * Reads a key. Undefined when it is none, or one of another namespace, service or version: segments are
 * compared whole.
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

/** Whether a key below the prefix is well-formed and belongs to another version of the service. */
export function isOfOtherVersion(key: string, scope: Scope): boolean {
  const version = key.split("/")[3] ?? "";
  return version !== "" && version !== scope.version &&
    parseChangeSetKey(key, { ...scope, version }) !== undefined;
}

/** A revision as decimal text without sign or leading zero, 0 to 2^53 - 1; undefined when it is none. */
export function parseRevision(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const revision = Number(text);
  return Number.isSafeInteger(revision) ? revision : undefined;
}

/** Key under which the verdict on a level's change-sets is committed for this pod. */
export function commitKey(scope: Scope, level: Level): string {
  return pathOf("commit-config", scope, level);
}

/** Key under which the detail of that verdict stands. */
export function statusKey(scope: Scope, level: Level): string {
  return pathOf("commit-status", scope, level);
}

function pathOf(kind: string, { namespace, microservice, version, podName }: Scope, level: Level) {
  return `${kind}/${namespace}/${microservice}/${version}/${level}/${podName}`;
}
