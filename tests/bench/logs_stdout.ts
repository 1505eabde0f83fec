/**
 * LOG messages of 200 bytes from a socket to the standard output of the agent, which is a pipe that this process reads.
 * The agent runs on core 0, the sender on core 1. A run ends when the last line has been read.
 *
 * @module
 */
import { until } from "../_support/until.ts";
import { sendMessages, startLogAgent } from "./_log_agent.ts";
import type { BenchReporter } from "./_reporter.ts";

const runs = 5;
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
    const [rates, cpu, resident]: number[][] = [[], [], []];
    let total = 0;
    // The first run warms up and is not reported.
    for (let round = 0; round <= runs; round++) {
      const before = agent.cpuS();
      const begun = performance.now();
      total += (await sendMessages(agent.nats, { messages, bytes })).messages;
      await until("all lines were read", () => output.lines >= total);
      const seconds = (performance.now() - begun) / 1_000;
      if (round === 0) continue;
      rates.push(messages / seconds / 1e6);
      cpu.push((agent.cpuS() - before) / (messages / 1e6));
      resident.push(agent.residentMb());
    }
    const at = { case: "200 B, STDOUT" };
    report.record({ ...at, metric: "rate", unit: "M/s" }, rates, { name: "aim", value: 2 });
    report.record({ ...at, metric: "cpu_s_per_million", unit: "s" }, cpu, {
      name: "aim",
      value: 0.45,
    });
    report.record({ ...at, metric: "rss_mb", unit: "MiB" }, resident);
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
