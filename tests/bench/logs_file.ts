/**
 * LOG messages from a socket to rotated files: the agent as a process on core 0, the sender on core 1, three
 * containers, every line counted afterwards. The limit beside it: the same stream read and thrown away.
 *
 * @module
 */
import { sendMessages, type Sent, startLogAgent } from "./_log_agent.ts";
import { onCore } from "./_on_core.ts";
import type { BenchReporter } from "./_reporter.ts";

const runs = 5;

const lmaas = {
  max_file_size_in_mb: 50,
  max_backup_files: 20,
  max_age: 7,
  buffer_size: 10_000,
  flush_timeout: 5,
  logging_mode: "FILE",
  prefer_local_daemonset: false,
};

interface Case {
  readonly name: string;
  readonly bytes: number;
  readonly connections: number;
  /** Messages of one run; all runs of a case together must fit into what retention keeps (3 GB). */
  readonly messages: number;
  /** Aim in million a second. */
  readonly aim?: number;
}

const cases: readonly Case[] = [
  { name: "200 B, 1 connection", bytes: 200, connections: 1, messages: 2_000_000, aim: 4 },
  { name: "200 B, 4 connections", bytes: 200, connections: 4, messages: 2_000_000, aim: 4 },
  { name: "100 B, 1 connection", bytes: 100, connections: 1, messages: 2_000_000 },
  { name: "1 KiB, 1 connection", bytes: 1_024, connections: 1, messages: 400_000, aim: 0.7 },
];

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  for (const one of cases) {
    const limit = await readOnly(one);
    const place = { case: `${one.name}, read only`, metric: "rate", unit: "M/s" };
    const fastest = report.record(place, limit);
    await measure(report, one, fastest);
  }
}

async function measure(report: BenchReporter, one: Case, fastest: number): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cim-bench-logs-" });
  try {
    const sent: Sent[] = [];
    const cpu: number[] = [];
    const resident: number[] = [];
    {
      await using agent = await startLogAgent(folder, { lmaas });
      // The first run warms up and is counted, but not timed.
      for (let round = 0; round <= runs; round++) {
        const before = agent.cpuS();
        const result = await sendMessages(agent.nats, one);
        sent.push(result);
        cpu.push((agent.cpuS() - before) / (result.messages / 1e6));
        resident.push(agent.residentMb());
      }
    }
    const rates = sent.slice(1).map(({ seconds, messages }) => messages / seconds / 1e6);
    const at = { case: one.name };
    const aim = one.aim === undefined ? undefined : { name: "aim", value: one.aim };
    report.record({ ...at, metric: "rate", unit: "M/s" }, rates, aim);
    report.record({ ...at, metric: "rate_to_limit", unit: "M/s" }, rates, {
      name: "read only",
      value: fastest,
    });
    report.record({ ...at, metric: "cpu_s_per_million", unit: "s" }, cpu.slice(1), {
      name: "aim",
      value: 0.25,
    });
    report.record({ ...at, metric: "rss_mb", unit: "MiB" }, resident.slice(1), {
      name: "aim",
      value: 80,
    });
    const total = sent.reduce((sum, { messages }) => sum + messages, 0);
    const lost = total - await countLines(`${folder}/logs`);
    report.record({ ...at, metric: "lost", unit: "lines" }, new Array(runs).fill(lost));
    const unaccounted = await unaccountedLines(`${folder}/data/log_books.json`, total);
    report.record(
      { ...at, metric: "unaccounted", unit: "lines" },
      new Array(runs).fill(unaccounted),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Rates of the bare listener on the agent's core. */
async function readOnly(one: Case): Promise<number[]> {
  const path = new URL("_bare_listener.ts", import.meta.url).pathname;
  const { command, args } = onCore(0, {
    name: "bare listener",
    command: Deno.execPath(),
    args: ["run", "-A", path],
  });
  const child = new Deno.Command(command, { args: [...args], stdout: "piped" }).spawn();
  try {
    const reader = child.stdout.getReader();
    const port = Number(new TextDecoder().decode((await reader.read()).value));
    const rates: number[] = [];
    for (let round = 0; round < runs; round++) {
      const { seconds, messages } = await sendMessages(port, one);
      rates.push(messages / seconds / 1e6);
    }
    await reader.cancel();
    return rates;
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

async function countLines(folder: string): Promise<number> {
  let lines = 0;
  const buffer = new Uint8Array(1_048_576);
  for await (const { name } of Deno.readDir(folder)) {
    using file = await Deno.open(`${folder}/${name}`);
    for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
      const part = buffer.subarray(0, count);
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) lines++;
    }
  }
  return lines;
}

async function unaccountedLines(path: string, sent: number): Promise<number> {
  const { logs_file: book } = JSON.parse(await Deno.readTextFile(path));
  const explained = [book.delivered, ...Object.values<number>(book.dropped)];
  return Math.abs(sent - book.accepted) +
    Math.abs(book.accepted - explained.reduce((sum, count) => sum + count, 0));
}
