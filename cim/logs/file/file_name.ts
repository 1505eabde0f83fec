/**
 * Names of log files: `<pod>_<namespace>_<containerName>-<containerId>.log`, and of their backups.
 *
 * Container name and id come from applications. They become part of a path only after everything that
 * could lead elsewhere or spoil a listing is replaced by `_`: separators, `..`, NUL, control characters and
 * invalid UTF-8. A name that had to be changed or is too long for a file system gets a hash of its original
 * bytes, so that distinct names stay distinct.
 *
 * @module
 */
/** Longest base name in bytes: 255 less what a backup adds to it. */
const maxBaseBytes = 220;
const hashLength = 12;
const backupPattern = /^-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})\.log_bkp$/;

/** The pod whose files these are. */
export interface FileOwner {
  /** Name of the pod. */
  readonly podName: string;
  /** Namespace of the pod. */
  readonly namespace: string;
}

/** The name of the file for a container, without `.log`. */
export function fileBase(owner: FileOwner, name: Uint8Array, id: Uint8Array): string {
  const original = `${owner.podName}_${owner.namespace}_${decode(name)}-${decode(id)}`;
  const clean = sanitise(original);
  const isExact = clean === original && byteLength(clean) <= maxBaseBytes && isUtf8(name) &&
    isUtf8(id);
  if (isExact) return clean;
  return `${shorten(clean, maxBaseBytes - hashLength - 1)}~${hashOf(name, id)}`;
}

/** The name of the backup that `base`.log becomes at that moment. */
export function backupName(base: string, timeMs: number): string {
  const stamp = new Date(timeMs).toISOString().replaceAll(":", "-").slice(0, -1);
  return `${base}-${stamp}.log_bkp`;
}

/** When the file of that name was made a backup of `base`.log; undefined when it is none. */
export function backupTime(base: string, fileName: string): number | undefined {
  if (!fileName.startsWith(base)) return undefined;
  const match = backupPattern.exec(fileName.slice(base.length));
  if (match === null) return undefined;
  const [, day, hours, minutes, seconds] = match;
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * FNV-1a of 64 bits, as many hexadecimal digits of it as a name gets. It keeps apart what comes about by
 * chance; two names made to collide share a file, which harms nobody but who made them.
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
    // The answer is in the throw: these bytes are no text.
    return false;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
