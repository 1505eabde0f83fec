/**
 * Names of log files: `<pod>_<namespace>_<containerName>-<containerId>.log`, and of their backups.
 *
 * Container name and id come from applications. Before they become part of a path, everything that could
 * lead out of the folder or garble a listing is replaced by `_`: separators, `..`, NUL, control characters and
 * invalid UTF-8. A name that was changed, is too long for a file system or contains `~` ends in `~` and a hash
 * of its original bytes. So different names have different files, and no container can choose a name that
 * another one got by hashing.
 *
 * @module
 */

/** Maximum base name in bytes: 255 less what a backup adds to it. */
const maxBaseBytes = 220;
const hashMark = "~";
const hashLength = 12;
const backupPattern = /^-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})\.log_bkp$/;
/** Length of what {@linkcode backupName} adds to a base. */
const backupEndingLength = "-2026-01-01T00-00-00.000.log_bkp".length;

/** The pod whose files these are. */
export interface FileOwner {
  /** Name of the pod. */
  readonly podName: string;
  /** Namespace of the pod. */
  readonly namespace: string;
}

/** The name of the file of a container, without `.log`. */
export function fileBase(owner: FileOwner, name: Uint8Array, id: Uint8Array): string {
  const original = originalBase(owner, name, id);
  const clean = sanitise(original);
  const isExact = clean === original && !clean.includes(hashMark) &&
    byteLength(clean) <= maxBaseBytes && isUtf8(name) && isUtf8(id);
  return isExact ? clean : hashedBase(owner, name, id);
}

/** The name with a hash, also where the plain one would do: for a container whose plain name is taken. */
export function hashedBase(owner: FileOwner, name: Uint8Array, id: Uint8Array): string {
  const clean = sanitise(originalBase(owner, name, id));
  return shorten(clean, maxBaseBytes - hashLength - 1) + hashMark + hashOf(name, id);
}

/** The name of the backup of `base`.log that is made at that time. */
export function backupName(base: string, timeMs: number): string {
  const stamp = new Date(timeMs).toISOString().replaceAll(":", "-").slice(0, -1);
  return `${base}-${stamp}.log_bkp`;
}

/** The time in the name of a backup of `base`.log; undefined when the file is not one. */
export function backupTime(base: string, fileName: string): number | undefined {
  if (!fileName.startsWith(base)) return undefined;
  const match = backupPattern.exec(fileName.slice(base.length));
  if (match === null) return undefined;
  const [, day, hours, minutes, seconds] = match;
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The base of a backup's file name; undefined when the file is not a backup. */
export function splitBackupName(fileName: string): string | undefined {
  const base = fileName.slice(0, -backupEndingLength);
  return backupTime(base, fileName) === undefined ? undefined : base;
}

/**
 * What the names of all files of a pod begin with, and of no other one: names of pods and namespaces have no `_`.
 * Undefined when the pod or its namespace is not known.
 */
export function ownerPrefix({ podName, namespace }: FileOwner): string | undefined {
  if (podName === "" || namespace === "") return undefined;
  if (podName.includes("_") || namespace.includes("_")) return undefined;
  return sanitise(`${podName}_${namespace}_`);
}

function originalBase({ podName, namespace }: FileOwner, name: Uint8Array, id: Uint8Array): string {
  return `${podName}_${namespace}_${decode(name)}-${decode(id)}`;
}

/**
 * FNV-1a of 64 bits, cut to the digits that a name gets. Two names that were made to collide share a file,
 * which harms only the containers that chose them.
 */
function hashOf(name: Uint8Array, id: Uint8Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const part of [new TextEncoder().encode(`${name.length}:`), name, id]) {
    for (const byte of part) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0").slice(-hashLength);
}

function sanitise(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is being replaced
  return text.replace(/[/\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffd]/g, "_")
    .replaceAll("..", "__");
}

function shorten(text: string, maxBytes: number): string {
  let result = "";
  let bytes = 0;
  for (const character of text) {
    bytes += byteLength(character);
    if (bytes > maxBytes) break;
    result += character;
  }
  return result;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, 4_096));
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    // The decoder throws for bytes that are not UTF-8, which is what was asked.
    return false;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
