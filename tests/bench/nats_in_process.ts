/**
 * Publishing to a subscriber in the server's process that reads every byte count, beside nats-server with
 * nobody subscribed.
 *
 * @module
 */
import { compare, sizes } from "./_nats_compare.ts";
import { ours, reference } from "./_nats_contestants.ts";
import type { BenchReporter } from "./_reporter.ts";

/** Runs it. */
export async function run(report: BenchReporter): Promise<void> {
  const other = reference();
  const contestants = [...(other === undefined ? [] : [other]), ours("in_process")];
  for (const { bytes, messages } of sizes) {
    const load = { case: `${bytes} B`, messages, bytes, publishers: 1, subscribers: 0, group: "" };
    await compare(report, load, contestants);
  }
}
