/**
 * From clients to clients: 1 to 1, 1 to 4, 4 to 4, and a queue group of 4.
 *
 * @module
 */
import { compare, sizes } from "./_nats_compare.ts";
import { contestants } from "./_nats_contestants.ts";
import type { BenchReporter } from "./_reporter.ts";

const shapes = [
  { name: "1:1", publishers: 1, subscribers: 1, group: "", share: 2 },
  { name: "1:4", publishers: 1, subscribers: 4, group: "", share: 6 },
  { name: "4:4", publishers: 4, subscribers: 4, group: "", share: 6 },
  { name: "queue of 4", publishers: 1, subscribers: 4, group: "q", share: 2 },
] as const;

/** Runs it. */
export async function run(report: BenchReporter): Promise<void> {
  for (const { name, publishers, subscribers, group, share } of shapes) {
    for (const { bytes, messages } of sizes) {
      await compare(report, {
        case: `${name} ${bytes} B`,
        messages: messages / share,
        bytes,
        publishers,
        subscribers,
        group,
      }, contestants());
    }
  }
}
