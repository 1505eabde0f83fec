/**
 * Runs one kind of load on all contestants and reports CPU first, then rate, then memory, ours with the
 * ratio to nats-server's.
 *
 * @module
 */
import { type Contestant, onCore } from "./_nats_contestants.ts";
import type { BenchReporter, Reference } from "./_reporter.ts";

const runs = 5;

/** One kind of load. */
export interface Load {
  readonly case: string;
  readonly messages: number;
  readonly bytes: number;
  readonly publishers: number;
  readonly subscribers: number;
  /** Queue group of the subscribers; "" when none. */
  readonly group: string;
}

/** Payload sizes, each with as many messages as take about half a second. */
export const sizes: readonly { readonly bytes: number; readonly messages: number }[] = [
  { bytes: 16, messages: 2_000_000 },
  { bytes: 200, messages: 1_000_000 },
  { bytes: 1_024, messages: 300_000 },
  { bytes: 8_192, messages: 40_000 },
];

interface Figures {
  readonly cpu: number[];
  readonly rate: number[];
  readonly lost: number[];
  memoryMb: number[];
}

/** Measures and reports. */
export async function compare(
  report: BenchReporter,
  load: Load,
  contestants: readonly Contestant[],
): Promise<void> {
  const medians = new Map<string, Reference>();
  for (const contestant of contestants) {
    const { cpu, rate, lost, memoryMb } = await measure(contestant, load);
    const record = (metric: string, unit: string, values: number[]) => {
      const other = medians.get(metric);
      const value = report.record(
        { case: `${load.case} ${contestant.name}`, metric, unit },
        values,
        other,
      );
      medians.set(metric, { name: contestant.name, value });
    };
    record("cpu_s_per_million", "s", cpu);
    record("rate", "messages/s", rate);
    record("peak_rss_mb", "MiB", memoryMb);
    record("lost", "messages", lost);
  }
}

async function measure(contestant: Contestant, load: Load): Promise<Figures> {
  const figures: Figures = { cpu: [], rate: [], lost: [], memoryMb: [] };
  await using server = await contestant.start();
  // The first run warms up.
  for (let run = 0; run <= runs; run++) {
    const before = server.cpuS();
    const { published, seconds, lost } = await drive(server.port, load);
    if (run === 0) continue;
    figures.cpu.push((server.cpuS() - before) * 1e6 / published);
    figures.rate.push(published / seconds);
    figures.lost.push(lost);
    figures.memoryMb.push(server.memoryMb());
  }
  return figures;
}

async function drive(
  port: number,
  { messages, bytes, publishers, subscribers, group }: Load,
): Promise<{ published: number; seconds: number; lost: number }> {
  const script = new URL("_nats_load.ts", import.meta.url).pathname;
  const numbers = [port, messages, bytes, publishers, subscribers].map(String);
  const [program, ...args] = onCore(1, [
    Deno.execPath(),
    "run",
    "-A",
    script,
    ...numbers,
    group,
  ]);
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (code !== 0) throw new Error(`The load failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
