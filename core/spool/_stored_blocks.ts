import type { QueueContext } from "./_context.ts";
import { Entry } from "./_entry.ts";
import { SegmentReader } from "./_segment_reader.ts";
import type { Segment } from "./_segments.ts";

/**
 * Reads the good blocks of segments, without changing anything, from record number `from` up to `limit`. Segments that
 * are removed meanwhile are left out.
 */
export async function* storedBlocks(
  { fs }: Pick<QueueContext, "fs">,
  segments: readonly Readonly<Segment>[],
  from: number,
  limit: number,
): AsyncGenerator<Entry, number> {
  let next = from;
  for (const segment of segments) {
    if (segment.first >= limit || segment.isRemoved) continue;
    const file = await fs.open(segment.path, "read");
    const reader = new SegmentReader(file, segment.salt, () => segment.size);
    try {
      await reader.readPreamble();
      for (let found = await reader.next(next); found; found = await reader.next(next)) {
        if (found.kind === "bad") continue;
        if (found.header.position >= limit) break;
        next = found.header.position + found.header.records;
        yield new Entry(found.header, found.data);
      }
    } finally {
      reader.close();
    }
  }
  return next;
}
