/**
 * Publishing to nobody: what taking a message costs.
 *
 * @module
 */
import { compare, sizes } from "./_nats_compare.ts";
import { contestants } from "./_nats_contestants.ts";
import type { BenchReporter } from "./_reporter.ts";

/** Runs it. */
export async function run(report: BenchReporter): Promise<void> {
  for (const { bytes, messages } of sizes) {
    const load = { case: `${bytes} B`, messages, bytes, publishers: 1, subscribers: 0, group: "" };
    await compare(report, load, contestants());
  }
}
