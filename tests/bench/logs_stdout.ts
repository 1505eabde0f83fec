/**
 * LOG messages of 200 bytes from a socket to the standard output of the agent, which is a pipe that this process reads.
 * The agent runs on core 0, the sender on core 1. A run ends when the last line has been read.
 *
 * @module
 */
import { until } from "../_support/until.ts";
import { measureArrivals, startLogAgent } from "./_log_agent.ts";
import type { BenchReporter } from "./_reporter.ts";

const messages = 1_000_000;
const bytes = 200;

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cim-bench-logs-stdout-" });
  const output = new LineCounter();
  try {
    await using agent = await startLogAgent(folder, {
      lmaas: { logging_mode: "STDOUT" },
      onOutput: (chunk) => output.add(chunk),
    });
    await measureArrivals(report, agent, {
      name: "200 B, STDOUT",
      messages,
      bytes,
      reached: (sent) => until("all lines were read", () => output.lines >= sent),
      aim: { rate: 2, cpu: 0.45 },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Counts lines that all have the length of the first one. */
class LineCounter {
  #bytes = 0;
  #lineBytes = 0;

  add(chunk: Uint8Array): void {
    if (this.#lineBytes === 0) this.#lineBytes = chunk.indexOf(10) + 1;
    this.#bytes += chunk.length;
  }

  /** Whole lines so far. */
  get lines(): number {
    return this.#lineBytes === 0 ? 0 : Math.floor(this.#bytes / this.#lineBytes);
  }
}
