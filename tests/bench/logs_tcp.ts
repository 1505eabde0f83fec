/**
 * LOG messages of 200 bytes from a socket as JSON envelopes to a TCP collector, through the spool; and the same to
 * files in the same run. The agent runs on core 0, sender and collector on core 1. A run ends when the last line has
 * arrived.
 *
 * @module
 */
import { measureArrivals, startLogAgent } from "./_log_agent.ts";
import type { BenchReporter } from "./_reporter.ts";
import { Sink } from "./_sink.ts";

const messages = 1_000_000;
const bytes = 200;

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  for (const mode of ["FILE", "TCP"] as const) await measure(report, mode);
}

async function measure(report: BenchReporter, mode: "FILE" | "TCP"): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cim-bench-logs-tcp-" });
  await using sink = await Sink.start();
  try {
    await using agent = await startLogAgent(folder, {
      lmaas: { max_file_size_in_mb: 50, max_backup_files: 20, logging_mode: mode },
      infra: { logging_svc_url: `127.0.0.1:${sink.port}` },
    });
    const isTcp = mode === "TCP";
    await measureArrivals(report, agent, {
      name: `200 B, ${mode}`,
      messages,
      bytes,
      reached: (sent) => isTcp ? sink.reached(sent) : Promise.resolve(),
      ...isTcp && { aim: { rate: 2, cpu: 0.45 } },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
