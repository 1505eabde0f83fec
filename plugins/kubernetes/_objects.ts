/**
 * Reads the JSON of the API. The API has checked its objects, so a member of another type than expected counts as
 * absent; only an object without a name is refused.
 *
 * @module
 */
import type { ClusterRole, ConfigMap, Owner, Pod } from "./api.ts";

type Members = Readonly<Record<string, unknown>>;

/** Reads a pod. @throws {TypeError} When it has no name. */
export function readPod(value: unknown): Pod {
  const { metadata, spec, status } = membersOf(value);
  const meta = membersOf(metadata);
  const { nodeName, terminationGracePeriodSeconds } = membersOf(spec);
  const { phase, podIP, conditions, containerStatuses } = membersOf(status);
  const deletedAt = Date.parse(textOf(meta.deletionTimestamp));
  return Object.freeze({
    ...nameOf(meta),
    uid: textOf(meta.uid),
    ...annotated(meta),
    node: textOf(nodeName),
    phase: textOf(phase),
    isReady: listOf(conditions).some((condition) => {
      const { type, status } = membersOf(condition);
      return type === "Ready" && status === "True";
    }),
    ip: textOf(podIP),
    controller: ownerOf(meta, (reference) => reference.controller === true),
    containerIds: Object.freeze(Object.fromEntries(
      listOf(containerStatuses).map(membersOf)
        .map(({ name, containerID }) => [textOf(name), textOf(containerID).replace(/^.*:\/\//, "")])
        .filter(([name, id]) => name !== "" && id !== ""),
    )),
    deletionTime: Number.isNaN(deletedAt) ? undefined : deletedAt,
    graceSeconds: numberOf(meta.deletionGracePeriodSeconds) ??
      numberOf(terminationGracePeriodSeconds),
  });
}

/** Reads a ConfigMap. @throws {TypeError} When it has no name. */
export function readConfigMap(value: unknown): ConfigMap {
  const { metadata, data } = membersOf(value);
  const meta = membersOf(metadata);
  return Object.freeze({
    ...nameOf(meta),
    ...annotated(meta),
    data: textsOf(data),
    owner: ownerOf(meta, () => true),
  });
}

/** The JSON of a ConfigMap, for the API. */
export function writeConfigMap({ namespace, name, labels, annotations, data, owner }: ConfigMap) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      namespace,
      name,
      labels,
      annotations,
      ...owner && { ownerReferences: [owner] },
    },
    data,
  };
}

/** Reads a ClusterRole. @throws {TypeError} When it has no name. */
export function readClusterRole(value: unknown): ClusterRole {
  const meta = membersOf(membersOf(value).metadata);
  const { name } = nameOf(meta);
  return Object.freeze({ name, annotations: textsOf(meta.annotations) });
}

/** Reads the controller of any object. */
export function readController(value: unknown): Owner | undefined {
  const meta = membersOf(membersOf(value).metadata);
  return ownerOf(meta, (reference) => reference.controller === true);
}

/** The items and the version of a list. */
export function readList(value: unknown): { items: readonly unknown[]; version: string } {
  const { items, metadata } = membersOf(value);
  if (!Array.isArray(items)) throw new TypeError("it has no items");
  return { items, version: textOf(membersOf(metadata).resourceVersion) };
}

/** Type, object and version of one line of a watch. */
export function readWatchEvent(
  value: unknown,
): { type: string; object: unknown; version: string } {
  const { type, object } = membersOf(value);
  const version = textOf(membersOf(membersOf(object).metadata).resourceVersion);
  return { type: textOf(type), object, version };
}

/** Code, text and pause of a `Status` object; undefined members are not set. */
export function readStatus(
  value: unknown,
): { code?: number; message: string; retryAfterMs?: number } {
  const { code, message, details } = membersOf(value);
  const seconds = numberOf(membersOf(details).retryAfterSeconds);
  return {
    code: numberOf(code),
    message: textOf(message),
    retryAfterMs: seconds === undefined || seconds <= 0 ? undefined : seconds * 1_000,
  };
}

function nameOf(meta: Members): { namespace: string; name: string } {
  const name = textOf(meta.name);
  if (name === "") throw new TypeError("it has no metadata.name");
  return { namespace: textOf(meta.namespace), name };
}

function annotated(meta: Members) {
  return { labels: textsOf(meta.labels), annotations: textsOf(meta.annotations) };
}

function ownerOf(meta: Members, isWanted: (reference: Members) => boolean): Owner | undefined {
  const found = listOf(meta.ownerReferences).map(membersOf).find(isWanted);
  return found && Object.freeze({
    apiVersion: textOf(found.apiVersion),
    kind: textOf(found.kind),
    name: textOf(found.name),
    uid: textOf(found.uid),
  });
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Members
    : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(membersOf(value)).filter(([, text]) => typeof text === "string");
  return Object.freeze(Object.fromEntries(texts) as Record<string, string>);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
