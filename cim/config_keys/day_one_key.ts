import type { Scope } from "./change_set_key.ts";
import { parseRevision } from "./revision.ts";

/** Revision of the key `config/<ns>/<ms>`, which carries none: below every real one. */
export const unversioned = -1;

/** Prefix to watch. It also covers services whose name starts the same; {@linkcode parseDayOneKey} excludes them. */
export function dayOnePrefix(
  { namespace, microservice }: Pick<Scope, "namespace" | "microservice">,
): string {
  return `config/${namespace}/${microservice}`;
}

/**
 * Revision of the document under `config/<ns>/<ms>/<rev>`, {@linkcode unversioned} for `config/<ns>/<ms>`.
 * Undefined for keys of other services and malformed ones.
 */
export function parseDayOneKey(
  key: string,
  scope: Pick<Scope, "namespace" | "microservice">,
): number | undefined {
  const prefix = dayOnePrefix(scope);
  if (key === prefix) return unversioned;
  return key.startsWith(`${prefix}/`) ? parseRevision(key.slice(prefix.length + 1)) : undefined;
}
