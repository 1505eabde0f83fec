import assert from "node:assert/strict";
import { deadline } from "../async/mod.ts";
import type { ChangeBatch, Entry } from "../keyvalue/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Time limit for one step against a real server. */
const patienceMs = 20_000;

export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

export function textOf(entry: Entry | undefined): string | undefined {
  return entry && decoder.decode(entry.value);
}

/** Entries as `key=value`. */
export function texts(entries: readonly Entry[]): string[] {
  return entries.map((entry) => `${entry.key}=${textOf(entry)}`);
}

/** The changes of a batch as `+key=value` and `-key`, followed by `(was ...)` when there is a previous value. */
export function changeTexts({ changes }: ChangeBatch): string[] {
  return changes.map((change) => {
    const was = change.previous ? ` (was ${textOf(change.previous)})` : "";
    if (change.type === "delete") return `-${change.key}${was}`;
    return `+${change.entry.key}=${textOf(change.entry)}${was}`;
  });
}

/** Reads a watch one batch at a time, each within a time limit. */
export function reader(batches: AsyncIterable<ChangeBatch>) {
  const iterator = batches[Symbol.asyncIterator]();
  return {
    next: () => deadline(() => iterator.next(), patienceMs, { action: "read the next batch" }),
    async take(count: number): Promise<ChangeBatch[]> {
      const taken: ChangeBatch[] = [];
      while (taken.length < count) {
        const next = await this.next();
        assert(!next.done, `the watch ended after ${taken.length} of ${count} batches`);
        taken.push(next.value);
      }
      return taken;
    },
    async [Symbol.asyncDispose]() {
      await iterator.return?.();
    },
  };
}

/** Asserts that the work fails with this error code. */
export async function rejectsWith(work: () => Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.equal((error as { code?: unknown }).code, code, String(error));
    return true;
  });
}
