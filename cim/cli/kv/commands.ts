import {
  AgentError,
  type Change,
  checkKey,
  checkPrefix,
  type Entry,
  parseDuration,
  storeErrors,
} from "../../../core/mod.ts";
import { printable } from "../../../core/log/mod.ts";
import type { ConfigOptions } from "../config_options.ts";
import { exitCode, UsageError } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { openStore } from "./open_store.ts";

/** Prints the value of a key. @throws {AgentError} `key_unknown` when the key does not exist. */
export async function kvGet(key: string, options: ConfigOptions, io: CliIo): Promise<number> {
  refuseUnusable(checkKey, "get", key);
  await using opened = await openStore(options, io);
  const entry = await opened.store.get(key, { signal: io.stop });
  if (!entry) throw missing("get", `key "${key}"`);
  io.out(text(entry.value));
  return exitCode.fine;
}

/** Writes a key and prints the revision of the store. `value` is a text, `@FILE`, `-` for standard input, or `@@text`. */
export async function kvPut(
  key: string,
  value: string,
  { ttl, ...options }: ConfigOptions & { readonly ttl?: string },
  io: CliIo,
): Promise<number> {
  const ttlMs = ttl === undefined ? undefined : parseDuration(ttl);
  if (ttl !== undefined && !ttlMs) throw new UsageError(`--ttl ${ttl}: must be a time such as 30s`);
  refuseUnusable(checkKey, "put", key);
  const bytes = await readValue(value, io);
  await using opened = await openStore(options, io);
  const { revision } = await opened.store.put(key, bytes, { ttlMs, signal: io.stop });
  io.out(`written, store revision ${revision}`);
  return exitCode.fine;
}

/** Deletes and prints the keys that existed. @throws {AgentError} `key_unknown` when none existed. */
export async function kvDelete(
  key: string,
  { isPrefix, ...options }: ConfigOptions & { readonly isPrefix: boolean },
  io: CliIo,
): Promise<number> {
  refuseUnusable(isPrefix ? checkPrefix : checkKey, "delete", key);
  await using opened = await openStore(options, io);
  const { deleted, count } = await opened.store.delete(key, {
    prefix: isPrefix,
    keysOnly: true,
    signal: io.stop,
  });
  if (count === 0) {
    throw missing("delete", isPrefix ? `key that begins with "${key}"` : `key "${key}"`);
  }
  for (const { key } of deleted) io.out(printable(key));
  if (deleted.length < count) io.err(`${count - deleted.length} more keys were deleted`);
  return exitCode.fine;
}

/** Prints one line for each entry: key and value, separated by a tab, with control characters escaped. */
export async function kvList(
  prefix: string,
  { keysOnly, ...options }: ConfigOptions & { readonly keysOnly: boolean },
  io: CliIo,
): Promise<number> {
  refuseUnusable(checkPrefix, "list", prefix);
  await using opened = await openStore(options, io);
  for await (const entry of opened.store.list(prefix, { keysOnly, signal: io.stop })) {
    io.out(keysOnly ? printable(entry.key) : entryLine(entry));
  }
  return exitCode.fine;
}

/** Prints one line for each change, until `io.stop` aborts or `count` changes were printed. */
export async function kvWatch(
  prefix: string,
  { count = Infinity, ...options }: ConfigOptions & { readonly count?: number },
  io: CliIo,
): Promise<number> {
  refuseUnusable(checkPrefix, "watch", prefix);
  await using opened = await openStore(options, io);
  let seen = 0;
  try {
    for await (const { changes } of await opened.store.watch(prefix, { signal: io.stop })) {
      for (const change of changes) {
        io.out(changeLine(change));
        if (++seen >= count) return exitCode.fine;
      }
    }
  } catch (error) {
    if (!io.stop.aborted) throw error;
  }
  return io.stop.aborted ? exitCode.fine : exitCode.failed;
}

/** Runs a check of the store contract and turns its refusal into an error of the command. */
function refuseUnusable(
  check: (action: string, key: string) => void,
  action: string,
  key: string,
): void {
  try {
    check(action, key);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const remedy = key.startsWith("/") ? `; use "${key.replace(/^\/+/, "")}"` : "";
    throw new AgentError(storeErrors.key_invalid, `${error.message}${remedy}`);
  }
}

function missing(action: string, what: string): AgentError {
  return new AgentError(storeErrors.key_unknown, `Cannot ${action}: there is no ${what}`);
}

async function readValue(value: string, io: CliIo): Promise<Uint8Array> {
  if (value === "-") return await io.readInput();
  if (!value.startsWith("@")) return new TextEncoder().encode(value);
  if (value.startsWith("@@")) return new TextEncoder().encode(value.slice(1));
  return await Deno.readFile(value.slice(1));
}

function entryLine({ key, value }: Entry): string {
  return `${printable(key)}\t${printable(text(value))}`;
}

function changeLine(change: Change): string {
  return change.type === "put"
    ? `put\t${entryLine(change.entry)}`
    : `delete\t${printable(change.key)}`;
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
