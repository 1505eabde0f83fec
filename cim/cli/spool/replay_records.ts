/**
 * The records of a spool replay, from the files of a spool or from a file that `cim spool export` wrote.
 *
 * @module
 */
import { AgentError, describeError, fromBase64, readSpool } from "../../../core/mod.ts";
import { cliErrors } from "../errors.ts";
import { jsonLines } from "../json_lines.ts";
import { recordsOf } from "./records.ts";

/** One record. */
export interface ReplayRecord {
  /** Its number in the queue. */
  readonly position: number;
  /** Key, for records that have one. */
  readonly key?: Uint8Array;
  readonly value: Uint8Array;
}

/** Which records are meant. */
export interface ReplayRange {
  /** First position. */
  readonly from: number;
  /** Last position; Infinity for no end. */
  readonly until: number;
  /** Most records; Infinity for all. */
  readonly count: number;
}

/** Records that are sent together. */
export interface ReplayBatch {
  readonly records: readonly ReplayRecord[];
  /** Records between these and those before, or at the start of the range, that are missing or damaged. */
  readonly missing: number;
}

/** Bounds of a batch. */
export interface BatchBounds {
  /** Maximum records. */
  readonly records: number;
  /** Maximum bytes of keys and values; a single larger record is a batch of its own. */
  readonly bytes: number;
}

/** The records of a queue that the agent has not settled, oldest first. Damaged ones are left out. */
export async function* spoolRecords(folder: string, queue: string): AsyncGenerator<ReplayRecord> {
  for await (const block of readSpool(folder, queue)) {
    for (const [at, record] of recordsOf(block).entries()) {
      yield { position: block.position + at, ...record };
    }
  }
}

/**
 * The records of a file of JSON lines. Its positions must ascend.
 *
 * @throws {AgentError} `spool_replay_input` with the line.
 */
export async function* exportedRecords(path: string): AsyncGenerator<ReplayRecord> {
  using file = await openInput(path);
  let line = 0;
  let last = 0;
  try {
    for await (const parsed of jsonLines(file.readable, { hasLastLine: true })) {
      const record = recordOf(parsed as Record<string, unknown>, last);
      line++;
      last = record.position;
      yield record;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw inputError(path, `line ${line + 1}: ${error.message}`, error);
  }
}

/** The chosen records in batches within the bounds. */
export async function* batchesOf(
  records: AsyncIterable<ReplayRecord>,
  { from, until, count }: ReplayRange,
  bounds: BatchBounds,
): AsyncGenerator<ReplayBatch> {
  let batch: ReplayRecord[] = [];
  let bytes = 0;
  let missing = 0;
  let left = count;
  let next: number | undefined;
  for await (const record of records) {
    const { position, key, value } = record;
    if (position < from) continue;
    if (position > until || left === 0) break;
    const size = (key?.length ?? 0) + value.length;
    const isFull = batch.length >= bounds.records || bytes + size > bounds.bytes;
    if (batch.length > 0 && isFull) {
      yield { records: batch, missing };
      [batch, bytes, missing] = [[], 0, 0];
    }
    missing += position - (next ?? position);
    next = position + 1;
    batch.push(record);
    bytes += size;
    left--;
  }
  if (batch.length > 0) yield { records: batch, missing };
}

async function openInput(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    throw inputError(path, describeError(error), error);
  }
}

function inputError(path: string, reason: string, cause: unknown): AgentError {
  return new AgentError(
    cliErrors.spool_replay_input,
    `Cannot read the records of ${path}: ${reason}; use a file of \`cim spool export\``,
    { cause },
  );
}

/** @throws {SyntaxError} When the line is not a record. */
function recordOf(line: Record<string, unknown> | null, last: number): ReplayRecord {
  const position = line?.position;
  if (!Number.isSafeInteger(position) || Number(position) <= last) {
    throw new SyntaxError(`its position must be a whole number above ${last}`);
  }
  const value = bytesOf(line!, "value");
  if (value === undefined) throw new SyntaxError("it has neither value nor valueBase64");
  const key = bytesOf(line!, "key");
  return { position: Number(position), ...(key && { key }), value };
}

function bytesOf(line: Record<string, unknown>, name: string): Uint8Array | undefined {
  const text = line[name];
  if (typeof text === "string") return new TextEncoder().encode(text);
  const base64 = line[`${name}Base64`];
  return typeof base64 === "string" ? fromBase64(base64) : undefined;
}
