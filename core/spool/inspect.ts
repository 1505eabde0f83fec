/**
 * Looks into the folder of a spool without opening it: nothing is changed, repaired or settled.
 *
 * @module
 */
import { headerBytes, parseSegmentName, segmentOverhead } from "./_format.ts";
import { ledgerName, readLedger } from "./_ledger.ts";
import { quarantineName } from "./_quarantine.ts";
import { SegmentReader } from "./_segment_reader.ts";
import { storedBlocks } from "./_stored_blocks.ts";
import type { SpoolDamage } from "./events.ts";
import { diskFs, type SpoolFs } from "./fs.ts";
import type { SpoolBlock } from "./options.ts";

/** What is found in the folder of a queue. */
export interface QueueInspection {
  /** Name of the queue. */
  readonly name: string;
  /** Number of segments. */
  readonly segments: number;
  /** Bytes of the segments. */
  readonly bytes: number;
  /** Blocks that are not settled. */
  readonly blocks: number;
  /** Records that are not settled. */
  readonly records: number;
  /** When the oldest block that is not settled was appended, in milliseconds since 1970; undefined when empty. */
  readonly oldestMs: number | undefined;
  /** Records that are missing or damaged among those that are not settled. */
  readonly damagedRecords: number;
  /** Regions that are not as they were written. */
  readonly damage: readonly InspectedDamage[];
}

/** A region of a segment that is not as it was written. */
export interface InspectedDamage {
  /** Path of the segment. */
  readonly path: string;
  /** How it differs. */
  readonly reason: SpoolDamage;
  /** Offset of the region. */
  readonly offset: number;
  /** Its length in bytes. */
  readonly bytes: number;
}

/** Options of {@linkcode inspectSpool} and {@linkcode readSpool}. */
export interface InspectOptions {
  /** File operations to use. Default {@linkcode diskFs}. */
  fs?: SpoolFs;
}

interface InspectedSegment {
  readonly path: string;
  readonly salt: number;
  readonly first: number;
  readonly size: number;
}

/**
 * Reads all blocks of all queues and checks them. In a folder that is in use, the last block may be incomplete because
 * it is being written; it is not counted as damage.
 *
 * @throws Errors of the system when the folder cannot be read.
 *
 * @example
 * ```ts
 * import { inspectSpool, Spool } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using spool = await Spool.open({ folder });
 *   await spool.queue("logs").append(new Uint8Array(10), 3);
 * }
 * const [logs] = await inspectSpool(folder);
 * assert.deepEqual([logs.name, logs.blocks, logs.records, logs.damage], ["logs", 1, 3, []]);
 * ```
 */
export async function inspectSpool(
  folder: string,
  { fs = diskFs }: InspectOptions = {},
): Promise<QueueInspection[]> {
  const found: QueueInspection[] = [];
  for (const name of await spoolQueues(folder, { fs })) {
    found.push(await inspectQueue(fs, `${folder}/${name}`, name));
  }
  return found;
}

/**
 * Names of the queues in the folder of a spool.
 *
 * @example
 * ```ts
 * import { spoolQueues } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await spoolQueues("/no/such/folder"), []);
 * ```
 */
export async function spoolQueues(
  folder: string,
  { fs = diskFs }: InspectOptions = {},
): Promise<string[]> {
  const entries = await fs.list(folder);
  return entries.filter(({ name, isFolder }) => isFolder && name !== quarantineName)
    .map(({ name }) => name).toSorted();
}

/**
 * The blocks of one queue that are not settled, oldest first, without those that are damaged.
 *
 * @throws Errors of the system when the folder cannot be read.
 *
 * @example
 * ```ts
 * import { readSpool } from "./mod.ts";
 *
 * for await (const { position, data } of readSpool("/no/such/folder", "logs")) {
 *   console.log(position, data.length);
 * }
 * ```
 */
export async function* readSpool(
  folder: string,
  queue: string,
  { fs = diskFs }: InspectOptions = {},
): AsyncGenerator<SpoolBlock> {
  const path = `${folder}/${queue}`;
  const { entry } = await readLedger(fs, `${path}/${ledgerName}`);
  const segments = (await segmentsOf(fs, path)).map((segment) => ({
    ...segment,
    end: segment.first,
    counted: segment.size,
    firstMs: 0,
    lastMs: 0,
    isSealed: true,
    isRemoved: false,
  }));
  yield* storedBlocks({ fs }, segments, entry?.settled ?? 0, Infinity);
}

async function segmentsOf(fs: SpoolFs, folder: string): Promise<InspectedSegment[]> {
  const segments: InspectedSegment[] = [];
  for (const { name } of await fs.list(folder)) {
    const parsed = parseSegmentName(name);
    const path = `${folder}/${name}`;
    const size = parsed && await fs.size(path);
    if (parsed && size !== undefined) segments.push({ path, size, ...parsed });
  }
  return segments.toSorted((a, b) => a.first - b.first);
}

async function inspectQueue(fs: SpoolFs, folder: string, name: string): Promise<QueueInspection> {
  const { entry } = await readLedger(fs, `${folder}/${ledgerName}`);
  const segments = await segmentsOf(fs, folder);
  const damage: InspectedDamage[] = [];
  let next = entry?.settled ?? segments[0]?.first ?? 1;
  let [blocks, records, damagedRecords] = [0, 0, 0];
  let oldestMs: number | undefined;
  for (const [at, { path, salt, size }] of segments.entries()) {
    const reader = new SegmentReader(await fs.open(path, "read"), salt, () => size);
    try {
      if (!await reader.readPreamble() && size > 0) {
        damage.push({ path, reason: "header", offset: 0, bytes: segmentOverhead - headerBytes });
      }
      for (let found = await reader.next(next); found; found = await reader.next(next)) {
        if (found.kind === "bad") {
          const isBeingWritten = found.reason === "torn" && at === segments.length - 1;
          const { reason, from: offset, to } = found;
          if (!isBeingWritten) damage.push({ path, reason, offset, bytes: to - offset });
          continue;
        }
        const { position, appendedMs } = found.header;
        damagedRecords += Math.max(0, position - next);
        blocks++;
        records += found.header.records;
        oldestMs ??= appendedMs;
        next = position + found.header.records;
      }
    } finally {
      reader.close();
    }
  }
  damagedRecords += Math.max(0, (entry?.written ?? 0) - next);
  const bytes = segments.reduce((sum, { size }) => sum + size, 0);
  return {
    name,
    segments: segments.length,
    bytes,
    blocks,
    records,
    oldestMs,
    damagedRecords,
    damage,
  };
}

/**
 * Id of the process that uses the folder of a spool; undefined when none does.
 *
 * @example
 * ```ts
 * import { Spool, spoolOwner } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * await using _spool = await Spool.open({ folder });
 * assert.equal(await spoolOwner(folder), `${Deno.pid}`);
 * ```
 */
export async function spoolOwner(
  folder: string,
  { fs = diskFs }: InspectOptions = {},
): Promise<string | undefined> {
  return (await fs.lockOwner(`${folder}/lock`))?.trim();
}
