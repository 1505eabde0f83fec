/**
 * What is done with the files of a queue when the spool is opened: it needs the ledger, the names and sizes of
 * the segments, and of each segment only its first header and its trailer. A segment without trailer, which is the
 * last one after a crash, is read from start to end, and what stands behind its last good block is cut off.
 *
 * @module
 */
import type { QueueContext } from "./_context.ts";
import {
  type Header,
  headerBytes,
  parseSegmentName,
  preamble,
  readHeader,
  segmentOverhead,
  trailer,
  writeFully,
} from "./_format.ts";
import { ledgerBytes, ledgerName, readLedger } from "./_ledger.ts";
import { quarantineKey } from "./_outlet.ts";
import { type Found, maxSearchBytes, SegmentReader } from "./_segment_reader.ts";
import type { Segment } from "./_segments.ts";
import type { SpoolFile } from "./fs.ts";

/** The state of a queue after recovery. */
export interface Recovered {
  /** Segments with records that are not settled, oldest first. */
  readonly segments: Segment[];
  /** Segments whose records are all settled. */
  readonly settledSegments: Segment[];
  /** Number of the first record that is not settled. */
  readonly settled: number;
  /** Number of the next record that is appended. */
  readonly next: number;
  /** Records that are not settled, without those that are known to be missing. */
  readonly records: number;
  /** Sequence of the ledger. */
  readonly sequence: number;
}

/** The state of a queue without files. */
export const nothingRecovered: Recovered = Object.freeze({
  segments: [],
  settledSegments: [],
  settled: 1,
  next: 1,
  records: 0,
  sequence: 0,
});

/** Positions for one millisecond, so that those after an unreadable folder are above all earlier ones. */
const positionsPerMs = 1024;

/** Reads the files of a queue. Damage becomes events; only a folder that cannot be listed is an error. */
export async function recoverQueue(context: QueueContext): Promise<Recovered> {
  const { fs, folder, name, report, budget, user } = context;
  const found: Segment[] = [];
  let hasUnreadable = false;
  for (const entry of await fs.list(folder)) {
    const path = `${folder}/${entry.name}`;
    const parsed = parseSegmentName(entry.name);
    if (parsed === undefined || entry.isFolder) {
      if (entry.name !== ledgerName) report({ kind: "foreign", path });
      continue;
    }
    try {
      const segment = await recoverSegment(context, path, parsed);
      if (segment) found.push(segment);
    } catch (error) {
      hasUnreadable = true;
      context.health.failed("read", error);
    }
  }
  found.sort((a, b) => a.first - b.first || a.end - b.end);
  for (const segment of found) budget.take(user, segment.counted);

  const ledger = await ledgerOf(context);
  const firstFound = found[0]?.first ?? 1;
  // The damaged slot may have been the newer one, after which segments were removed.
  const known = ledger.entry?.settled ?? firstFound;
  const settled = ledger.isDamaged ? Math.max(known, firstFound) : known;
  if (ledger.isDamaged || (ledger.entry === undefined && found.length > 0)) {
    report({ kind: "repaired", queue: name, what: "ledger", bytes: 0 });
  }
  let records = 0;
  let covered = settled;
  for (const segment of found) {
    if (segment.end <= covered) continue;
    lose(context, "missing_segment", segment.first - covered);
    records += segment.end - Math.max(covered, segment.first);
    covered = segment.end;
  }
  lose(context, "missing_end", (ledger.entry?.written ?? 0) - covered);
  const next = Math.max(covered, ledger.entry?.written ?? 0);
  return {
    segments: found.filter(({ end }) => end > settled),
    settledSegments: found.filter(({ end }) => end <= settled),
    settled,
    next: hasUnreadable ? Math.max(next, context.clock.now() * positionsPerMs) : next,
    records,
    sequence: ledger.sequence,
  };
}

/** The first position for a queue whose folder cannot be read: above all positions in it. */
export function positionBeyond(nowMs: number): number {
  return nowMs * positionsPerMs;
}

async function ledgerOf(context: QueueContext): ReturnType<typeof readLedger> {
  const { fs, folder, budget, user } = context;
  budget.take(user, ledgerBytes);
  try {
    return await readLedger(fs, `${folder}/${ledgerName}`);
  } catch (error) {
    context.health.failed("ledger", error);
    return { entry: undefined, sequence: 0, isDamaged: false };
  }
}

function lose(
  { name, report }: QueueContext,
  reason: "missing_segment" | "missing_end",
  records: number,
): void {
  if (records <= 0) return;
  report({ kind: "damaged", queue: name, reason, records, bytes: 0, quarantined: undefined });
}

/** The segment in a file; undefined when the file had no good block and was removed. */
async function recoverSegment(
  context: QueueContext,
  path: string,
  { first, salt }: { first: number; salt: number },
): Promise<Segment | undefined> {
  const { fs } = context;
  const size = await fs.size(path) ?? 0;
  const base = { path, salt, first, counted: size, isSealed: true, isRemoved: false };
  const sealed = size >= segmentOverhead ? await readEnds(context, path, salt, size) : undefined;
  if (sealed && sealed.end >= first) return { ...base, ...sealed, size };
  const scan = await scanSegment(context, path, { first, salt, size });
  const isEmpty = scan.end === first;
  try {
    await reportTail(context, path, { first, salt, size }, scan);
    if (isEmpty) await fs.remove(path);
    else await sealCut(context, path, salt, scan);
  } catch (error) {
    // The good blocks can be read nevertheless; the next start scans the segment again.
    context.health.failed("write", error);
    const { size: good, end, firstMs, lastMs } = scan;
    return { ...base, size: good, end, firstMs, lastMs };
  }
  if (isEmpty) return undefined;
  const good = scan.size + headerBytes;
  const { end, firstMs, lastMs } = scan;
  return { ...base, size: good, counted: good, end, firstMs, lastMs };
}

/** What the first header and the trailer of a segment say; undefined when it has no trailer. */
async function readEnds(
  { fs }: QueueContext,
  path: string,
  salt: number,
  size: number,
): Promise<Pick<Segment, "end" | "firstMs" | "lastMs"> | undefined> {
  const file = await fs.open(path, "read");
  try {
    const last = await readHeaderAt(file, size - headerBytes, salt);
    if (!last?.isTrailer) return undefined;
    const { position: end, appendedMs: lastMs } = last;
    const first = await readHeaderAt(file, preamble.length, salt);
    return { end, firstMs: first?.appendedMs ?? lastMs, lastMs };
  } finally {
    file.close();
  }
}

async function readHeaderAt(
  file: SpoolFile,
  offset: number,
  salt: number,
): Promise<Header | undefined> {
  await file.seek(offset);
  const bytes = new Uint8Array(headerBytes);
  let length = 0;
  for (let count = -1; count !== 0 && length < headerBytes; length += count) {
    count = await file.read(bytes.subarray(length));
  }
  return readHeader(bytes.subarray(0, length), salt);
}

interface Scan {
  /** Number of the first record after the last good block. */
  readonly end: number;
  /** Offset behind the last good block. */
  readonly size: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** What stands behind it. */
  readonly rest: Extract<Found, { kind: "bad" }>[];
}

interface SegmentFile {
  readonly first: number;
  readonly salt: number;
  readonly size: number;
}

async function scanSegment(
  { fs }: QueueContext,
  path: string,
  { first, salt, size }: SegmentFile,
): Promise<Scan> {
  const reader = new SegmentReader(await fs.open(path, "read"), salt, () => size);
  try {
    const start = Math.min(size, preamble.length);
    let scan: Scan = { end: first, size: start, firstMs: 0, lastMs: 0, rest: [] };
    let rest: Scan["rest"] = [];
    await reader.readPreamble();
    for (let found = await reader.next(0); found; found = await reader.next(0)) {
      if (found.kind === "bad") {
        rest.push(found);
        continue;
      }
      const { position, records, appendedMs } = found.header;
      rest = [];
      scan = {
        end: Math.max(scan.end, position + records),
        size: found.end,
        firstMs: scan.firstMs || appendedMs,
        lastMs: appendedMs,
        rest,
      };
    }
    return { ...scan, rest };
  } finally {
    reader.close();
  }
}

/** Reports what stands behind the last good block of a segment, and keeps a copy of it if it was stored. */
async function reportTail(
  context: QueueContext,
  path: string,
  { first, size }: SegmentFile,
  scan: Scan,
): Promise<void> {
  const { name, report, quarantine } = context;
  const bytes = size - scan.size;
  // An incomplete block at the end was never reported as stored; anything else was once good.
  const wasStored = scan.rest.filter(({ reason }) => reason !== "torn");
  if (wasStored.length > 0 && !await isZero(context, path, scan.size, size)) {
    const region = { from: scan.size, to: size };
    const key = quarantineKey({ first }, region);
    const quarantined = await quarantine.keep(path, region, `${name}-${key}`);
    const records = wasStored.reduce((sum, { header }) => sum + (header?.records ?? 0), 0);
    const [{ reason }] = wasStored;
    report({ kind: "damaged", queue: name, reason, records, bytes, quarantined });
  } else if (bytes > 0) {
    report({ kind: "repaired", queue: name, what: "torn_tail", bytes });
  }
}

/** Cuts a segment behind its last good block and seals it. */
async function sealCut(
  { fs }: QueueContext,
  path: string,
  salt: number,
  scan: Scan,
): Promise<void> {
  const file = await fs.open(path, "update");
  try {
    await file.truncate(scan.size);
    await file.seek(scan.size);
    await writeFully(file, trailer(salt, scan.end, scan.lastMs));
  } finally {
    file.close();
  }
}

/**
 * Whether a part of a file has only zeros: space that was allocated and never written. Only its beginning is read when
 * it is longer than any block.
 */
async function isZero(
  { fs }: QueueContext,
  path: string,
  from: number,
  to: number,
): Promise<boolean> {
  const file = await fs.open(path, "read");
  try {
    await file.seek(from);
    const chunk = new Uint8Array(64 * 1024);
    for (let left = Math.min(to - from, maxSearchBytes); left > 0;) {
      const count = await file.read(chunk.subarray(0, Math.min(left, chunk.length)));
      if (count === 0) return true;
      for (let at = 0; at < count; at++) if (chunk[at] !== 0) return false;
      left -= count;
    }
    return true;
  } finally {
    file.close();
  }
}
