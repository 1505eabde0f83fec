/**
 * LOG messages of 200 bytes from a socket as JSON envelopes to a TCP collector, through the spool; and the same to
 * files in the same run. The agent runs on core 0, sender and collector on core 1. A run ends when the last line has
 * arrived.
 *
 * @module
 */
import { AgentProcess, fromSource } from "./_agent_process.ts";
import { onCore } from "./_on_core.ts";
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
    await Deno.mkdir(`${folder}/conf/static`, { recursive: true });
    await Deno.writeTextFile(`${folder}/conf/cim.json`, settings(mode));
    const infra = { logging_svc_url: `127.0.0.1:${sink.port}`, enable_retrx: "true" };
    await Deno.writeTextFile(`${folder}/conf/static/common-infra.json`, JSON.stringify(infra));
    await using agent = AgentProcess.spawn(onCore(0, fromSource), {
      CIM_PATHS_CONF: `${folder}/conf`,
      CIM_PATHS_LOGS: `${folder}/logs`,
      CIM_PATHS_DATA: `${folder}/data`,
      K8S_NAMESPACE: "ns1",
      K8S_POD_ID: "amf-0",
    });
    await agent.ready();
    const [rates, cpu, resident]: number[][] = [[], [], []];
    let total = 0;
    // The first run warms up and is not reported.
    for (let round = 0; round <= runs; round++) {
      const before = agent.cpuS();
      const begun = performance.now();
      total += await send(agent.nats);
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

async function send(port: number): Promise<number> {
  const path = new URL("_log_sender.ts", import.meta.url).pathname;
  const { command, args } = onCore(1, {
    name: "sender",
    command: Deno.execPath(),
    args: ["run", "-A", path, ...[port, 1, messages, bytes].map(String)],
  });
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  if (code !== 0) {
    throw new Error(`The sender ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout)).messages;
}

function settings(mode: string): string {
  const lmaas = { max_file_size_in_mb: 50, max_backup_files: 20, logging_mode: mode };
  const cim_settings = { log_level: "INFO", cim_file_log: false };
  return JSON.stringify({ cimConfig: { lmaas, cim_settings } });
}
