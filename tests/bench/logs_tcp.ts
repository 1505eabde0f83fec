/**
 * LOG messages of 200 bytes from a socket as JSON envelopes to a TCP collector, through the spool; and the same to
 * files in the same run. The agent runs on core 0, sender and collector on core 1. A run ends when the last line has
 * arrived.
 *
 * @module
 */
import { sendMessages, startLogAgent } from "./_log_agent.ts";
import type { BenchReporter } from "./_reporter.ts";
import { Sink } from "./_sink.ts";

const runs = 5;
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
    const [rates, cpu, resident]: number[][] = [[], [], []];
    let total = 0;
    // The first run warms up and is not reported.
    for (let round = 0; round <= runs; round++) {
      const before = agent.cpuS();
      const begun = performance.now();
      total += (await sendMessages(agent.nats, { messages, bytes })).messages;
      if (mode === "TCP") await sink.reached(total);
      const seconds = (performance.now() - begun) / 1_000;
      if (round === 0) continue;
      rates.push(messages / seconds / 1e6);
      cpu.push((agent.cpuS() - before) / (messages / 1e6));
      resident.push(agent.residentMb());
    }
    const isTcp = mode === "TCP";
    const at = { case: `200 B, ${mode}` };
    report.record(
      { ...at, metric: "rate", unit: "M/s" },
      rates,
      isTcp ? { name: "aim", value: 2 } : undefined,
    );
    report.record(
      { ...at, metric: "cpu_s_per_million", unit: "s" },
      cpu,
      isTcp ? { name: "aim", value: 0.45 } : undefined,
    );
    report.record({ ...at, metric: "rss_mb", unit: "MiB" }, resident);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
