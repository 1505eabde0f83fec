/**
 * The collector is away for 30 s under 100,000 LOG messages of 200 bytes a second: memory, bytes on disk, lines lost, and
 * after its return the rate at which what waited is replayed while new messages keep arriving. The agent runs on core 0,
 * sender and collector on core 1.
 *
 * @module
 */
import { sendMessages, startLogAgent } from "./_log_agent.ts";
import type { BenchReporter } from "./_reporter.ts";
import { Sink } from "./_sink.ts";

const runs = 5;
const rate = 100_000;
const downMs = 30_000;
/** New messages go on arriving so long after the return. */
const upMs = 10_000;
const bytes = 200;
const logMessages = rate * (downMs + upMs) / 1_000;

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cim-bench-outage-" });
  try {
    const figures: Figures[] = [];
    while (figures.length < runs) figures.push(await measure(`${folder}/${figures.length}`));
    const record = (metric: keyof Figures, unit: string) =>
      report.record({ case: "30 s at 100 k/s", metric, unit }, figures.map((one) => one[metric]));
    record("peak_rss_mb", "MiB");
    record("disk_mb", "MiB");
    record("lost", "lines");
    record("repeated", "lines");
    record("catch_up_s", "s");
    record("replay_rate", "lines/s");
    record("cpu_s_per_million", "s");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Figures {
  readonly peak_rss_mb: number;
  readonly disk_mb: number;
  readonly lost: number;
  readonly repeated: number;
  readonly catch_up_s: number;
  readonly replay_rate: number;
  readonly cpu_s_per_million: number;
}

async function measure(folder: string): Promise<Figures> {
  await using sink = await Sink.start();
  await using agent = await startLogAgent(folder, {
    lmaas: { logging_mode: "TCP" },
    infra: { logging_svc_url: `127.0.0.1:${sink.port}` },
    env: { CIM_SPOOL_MAX_SIZE: "4GiB" },
  });
  const cpuBefore = agent.cpuS();
  const sender = sendMessages(agent.nats, { messages: logMessages, bytes, maxRate: rate });
  const begun = performance.now();
  // A second of work with the collector, then the outage.
  await sleep(1_000);
  await sink.goAway();
  const peaks: number[] = [];
  while (performance.now() - begun < downMs + 1_000) {
    peaks.push(agent.residentMb());
    await sleep(250);
  }
  const disk_mb = await folderMb(`${folder}/data/spool`);
  const waiting = rate * downMs / 1_000;
  const seenBefore = await sink.lines();
  await sink.comeBack();
  const returned = performance.now();
  let catch_up_s = 0;
  while (catch_up_s === 0) {
    const passed = (performance.now() - returned) / 1_000;
    if (passed > 120) throw new Error("What waited was not delivered within 120 s");
    const arrived = await sink.lines() - seenBefore;
    // Caught up when the replayed lines and those that arrived meanwhile are through, but for a tenth of a second's.
    if (arrived >= waiting + rate * Math.min(passed, upMs / 1_000) - rate / 10) catch_up_s = passed;
    else await sleep(20);
    peaks.push(agent.residentMb());
  }
  const replayed = await sink.lines() - seenBefore;
  const { messages: sent } = await sender;
  let lines = await sink.lines();
  for (const end = performance.now() + 10_000; lines < sent && performance.now() < end;) {
    await sleep(20);
    lines = await sink.lines();
  }
  return {
    peak_rss_mb: Math.max(...peaks),
    disk_mb,
    lost: Math.max(0, sent - lines),
    repeated: Math.max(0, lines - sent),
    catch_up_s,
    replay_rate: replayed / catch_up_s,
    cpu_s_per_million: (agent.cpuS() - cpuBefore) * 1e6 / sent,
  };
}

async function folderMb(path: string): Promise<number> {
  let total = 0;
  for await (const { name, isFile } of Deno.readDir(path)) {
    if (isFile) total += (await Deno.stat(`${path}/${name}`)).size;
    else total += await folderMb(`${path}/${name}`) * 1_048_576;
  }
  return total / 1_048_576;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
