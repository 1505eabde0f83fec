/**
 * The sublist alone: 100,000 subscriptions, one in ten with a wildcard. Insert, match, remove, memory.
 *
 * @module
 */
import { Sublist, type SublistEntry } from "../../plugins/nats_server/subjects/sublist.ts";
import type { BenchReporter } from "./_reporter.ts";

const subscriptions = 100_000;
const matches = 200_000;
const runs = 5;

/** Runs it. */
export function run(report: BenchReporter): void {
  const figures = { insert: [] as number[], match: [] as number[], remove: [] as number[] };
  const bytes: number[] = [];
  for (let round = 0; round < runs; round++) {
    const entries = Array.from({ length: subscriptions }, (_, i): SublistEntry => ({
      subject: subjectOf(i),
      queue: null,
      slot: 0,
    }));
    const sublist = new Sublist();
    const heapBefore = Deno.memoryUsage().heapUsed;
    figures.insert.push(rate(subscriptions, () => {
      for (const entry of entries) sublist.insert(entry);
    }));
    bytes.push((Deno.memoryUsage().heapUsed - heapBefore) / subscriptions);
    let found = 0;
    figures.match.push(rate(matches, () => {
      for (let i = 0; i < matches; i++) found += sublist.match(literalOf(i)).plain.length;
    }));
    if (found < matches) throw new Error(`Only ${found} of ${matches} subjects had a subscriber`);
    figures.remove.push(rate(subscriptions, () => {
      for (const entry of entries) sublist.remove(entry);
    }));
  }
  report.record({ case: "100 k", metric: "insert", unit: "1/s" }, figures.insert);
  report.record({ case: "100 k", metric: "match", unit: "1/s" }, figures.match);
  report.record({ case: "100 k", metric: "remove", unit: "1/s" }, figures.remove);
  report.record({ case: "100 k", metric: "heap_per_entry", unit: "B" }, bytes);
}

function literalOf(i: number): string {
  return `app.${i % 100}.node.${i % subscriptions}`;
}

function subjectOf(i: number): string {
  return i % 10 === 0 ? `app.${i % 100}.*.${i}` : literalOf(i);
}

function rate(count: number, work: () => void): number {
  const start = performance.now();
  work();
  return count * 1_000 / (performance.now() - start);
}
