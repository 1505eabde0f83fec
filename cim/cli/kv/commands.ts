import type { Change, Entry } from "../../../core/mod.ts";
import { parseDuration } from "../../../core/mod.ts";
import type { ConfigOptions } from "../config_options.ts";
import { exitCode, UsageError } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { openStore } from "./open_store.ts";

/** Prints the value of a key as it is. A key that is missing is a failure. */
export async function kvGet(key: string, options: ConfigOptions, io: CliIo): Promise<number> {
  await using opened = await openStore(options, io);
  const entry = await opened.store.get(key, { signal: io.stop });
  if (!entry) {
    io.err(`cim: there is no key "${key}"`);
    return exitCode.failed;
  }
  io.out(text(entry.value));
  return exitCode.fine;
}

/** Writes a key and prints the revision. */
export async function kvPut(
  key: string,
  value: string,
  { ttl, ...options }: ConfigOptions & { readonly ttl?: string },
  io: CliIo,
): Promise<number> {
  const ttlMs = ttl === undefined ? undefined : parseDuration(ttl);
  if (ttl !== undefined && !ttlMs) throw new UsageError(`--ttl ${ttl}: must be like 30s`);
  await using opened = await openStore(options, io);
  const { revision } = await opened.store.put(key, new TextEncoder().encode(value), {
    ttlMs,
    signal: io.stop,
  });
  io.out(`revision ${revision}`);
  return exitCode.fine;
}

/** Deletes and prints what really existed. Nothing there is a failure. */
export async function kvDelete(
  key: string,
  { prefix, ...options }: ConfigOptions & { readonly prefix: boolean },
  io: CliIo,
): Promise<number> {
  await using opened = await openStore(options, io);
  const { deleted } = await opened.store.delete(key, { prefix, signal: io.stop });
  for (const { key } of deleted) io.out(key);
  return deleted.length > 0 ? exitCode.fine : exitCode.failed;
}

/** Prints one line for each entry: key and value, separated by a tab. */
export async function kvList(
  prefix: string,
  { keys, ...options }: ConfigOptions & { readonly keys: boolean },
  io: CliIo,
): Promise<number> {
  await using opened = await openStore(options, io);
  for await (const entry of opened.store.list(prefix, { keysOnly: keys, signal: io.stop })) {
    io.out(keys ? entry.key : entryLine(entry));
  }
  return exitCode.fine;
}

/** Prints one line for each change, until stopped or `count` changes were seen. */
export async function kvWatch(
  prefix: string,
  { count = Infinity, ...options }: ConfigOptions & { readonly count?: number },
  io: CliIo,
): Promise<number> {
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

function entryLine({ key, value }: Entry): string {
  return `${key}\t${text(value)}`;
}

function changeLine(change: Change): string {
  return change.type === "put" ? `put\t${entryLine(change.entry)}` : `delete\t${change.key}`;
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
