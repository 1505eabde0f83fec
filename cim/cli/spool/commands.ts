import {
  formatSize,
  inspectSpool,
  type QueueInspection,
  readSpool,
  spoolOwner,
  toBase64,
} from "../../../core/mod.ts";
import { printable, printableJson } from "../../../core/log/mod.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { ago, table } from "../text.ts";
import { checkQueue, checkUnused, folderOf, type SpoolCommandOptions } from "./place.ts";
import { recordsOf } from "./records.ts";

/** Options of {@linkcode spoolList}. */
export interface SpoolListOptions extends SpoolCommandOptions {
  /** Print one JSON document. */
  readonly isJson: boolean;
}

/** Lists the queues with what waits in them. */
export async function spoolList(options: SpoolListOptions, io: CliIo): Promise<number> {
  const folder = await folderOf(options, io);
  const [queues, owner] = [await inspectSpool(folder), await spoolOwner(folder)];
  if (options.isJson) {
    io.out(JSON.stringify({ folder, owner: owner ?? null, queues }, null, 2));
    return exitCode.fine;
  }
  const now = Date.now();
  const rows = queues.map(({ name, records, blocks, segments, bytes, oldestMs }) => [
    name,
    `${records}`,
    `${blocks}`,
    `${segments}`,
    formatSize(bytes),
    oldestMs === undefined ? "-" : ago(oldestMs, now),
  ]);
  if (rows.length === 0) io.out(`no queues in ${folder}`);
  else {
    const head = ["QUEUE", "RECORDS", "BLOCKS", "SEGMENTS", "BYTES", "OLDEST"];
    for (const line of table([head, ...rows])) io.out(line);
  }
  if (owner !== undefined) io.err(`cim: in use by process ${owner}; the figures are changing`);
  return exitCode.fine;
}

/** Checks every block; ends with 1 when something is damaged. */
export async function spoolVerify(options: SpoolCommandOptions, io: CliIo): Promise<number> {
  const folder = await folderOf(options, io);
  const queues = await inspectSpool(folder);
  for (const queue of queues) for (const line of verifyLines(queue)) io.out(line);
  if (queues.length === 0) io.out(`no queues in ${folder}`);
  const isDamaged = queues.some((queue) => queue.damage.length > 0 || queue.damagedRecords > 0);
  return isDamaged ? exitCode.failed : exitCode.fine;
}

/** Prints the records of a queue, oldest first, one on a line, with control characters escaped. */
export async function spoolCat(
  queue: string,
  options: SpoolCommandOptions,
  io: CliIo,
): Promise<number> {
  const decoder = new TextDecoder();
  for await (const block of await blocksOf(queue, options, io)) {
    for (const { value } of recordsOf(block)) io.out(printable(decoder.decode(value)));
    io.stop.throwIfAborted();
  }
  return exitCode.fine;
}

/**
 * Prints the records of a queue as JSON lines: `position`, `appended` (ISO 8601), `key` and `value` as texts, or as
 * `keyBase64` and `valueBase64` when they are not UTF-8.
 */
export async function spoolExport(
  queue: string,
  options: SpoolCommandOptions,
  io: CliIo,
): Promise<number> {
  for await (const block of await blocksOf(queue, options, io)) {
    const appended = new Date(block.appendedMs).toISOString();
    for (const [at, { key, value }] of recordsOf(block).entries()) {
      const record = {
        position: block.position + at,
        appended,
        ...(key && field("key", key)),
        ...field("value", value),
      };
      io.out(printableJson(JSON.stringify(record)));
    }
    io.stop.throwIfAborted();
  }
  return exitCode.fine;
}

function verifyLines(queue: QueueInspection): string[] {
  const { name, records, blocks, damage, damagedRecords } = queue;
  const lines = damage.map(({ path, reason, offset, bytes }) =>
    `${name}: ${path}: ${bytes} bytes at ${offset} are damaged (${reason})`
  );
  if (damagedRecords > 0) lines.push(`${name}: ${damagedRecords} records are missing or damaged`);
  return [...lines, `${name}: ${records} records in ${blocks} blocks are good`];
}

async function blocksOf(
  queue: string,
  options: SpoolCommandOptions,
  io: CliIo,
): Promise<ReturnType<typeof readSpool>> {
  const folder = await folderOf(options, io);
  await checkUnused("print", folder);
  await checkQueue("print", folder, queue);
  return readSpool(folder, queue);
}

function field(name: string, bytes: Uint8Array): Record<string, string> {
  try {
    return { [name]: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    // Not UTF-8, so it has no exact text.
    return { [`${name}Base64`]: toBase64(bytes) };
  }
}
