/**
 * Budgets of size, start, memory and throughput. Each figure is a ratio to plain Deno measured in the same run,
 * lower is better, so that the machine does not matter much: the size of the binary to that of the runtime, the
 * time to the first answers to that of a program that opens one port, idle memory to that of the same program,
 * and the time for a stream of LOG messages into files to that of reading and discarding it. CI reports them.
 *
 * @module
 */
import {
  type AgentCommand,
  AgentProcess,
  freePort,
  fromBinary,
  fromSource,
  untilAnswered,
} from "./_agent_process.ts";
import { type BenchReporter, median } from "./_reporter.ts";

const runs = 5;
/** Messages of 200 bytes in one run: under half a second. */
const messages = 300_000;
/** Time in which buffers and garbage of the start settle. */
const settleMs = 2_000;

/** The highest ratio of each figure that is in order. */
const budgets = {
  size: 1.15,
  start: { "deno run": 12, binary: 10 },
  memory: { "deno run": 2.5, binary: 2.3 },
  logs: 2.5,
} as const;

/** Measures and says which figures exceed their budgets. */
export async function run(report: BenchReporter): Promise<void> {
  const over: string[] = [];
  function record(of: string, metric: string, values: readonly number[], budget: number): void {
    const place = { case: of, metric, unit: "x plain Deno" };
    const value = report.record(place, values, { name: "budget", value: budget });
    if (value > budget) over.push(`${of} ${metric} ${value} (budget ${budget})`);
  }

  const binary = fromBinary();
  if (binary === undefined) report.note("The binary has not been built: deno task compile");
  else record("binary", "size", Array(runs).fill(sizeRatio(binary)), budgets.size);

  const bare = await repeat(startBare);
  const bareMs = median(bare.map(({ ms }) => ms));
  const bareMb = median(bare.map(({ residentMb }) => residentMb));
  for (const command of binary === undefined ? [fromSource] : [fromSource, binary]) {
    // The first start fills the caches.
    await startAgent(command);
    const starts = await repeat(() => startAgent(command));
    const name = command.name as keyof typeof budgets.start;
    record(name, "start", starts.map(({ ms }) => ms / bareMs), budgets.start[name]);
    const resident = starts.map(({ residentMb }) => residentMb / bareMb);
    record(name, "idle memory", resident, budgets.memory[name]);
  }
  record("logs to files", "time", await logRatios(), budgets.logs);
  report.note(over.length === 0 ? "All within budget" : `OVER BUDGET: ${over.join(", ")}`);
}

function sizeRatio({ command }: AgentCommand): number {
  return Deno.statSync(command).size / Deno.statSync(Deno.execPath()).size;
}

/** Time until an agent answers on both ports, and its memory a little later. */
async function startAgent(command: AgentCommand): Promise<{ ms: number; residentMb: number }> {
  const begun = performance.now();
  await using agent = AgentProcess.spawn(command);
  await agent.ready();
  const ms = performance.now() - begun;
  await pause(settleMs);
  return { ms, residentMb: agent.residentMb() };
}

/** The same for a program that only opens a port. */
async function startBare(): Promise<{ ms: number; residentMb: number }> {
  const port = freePort();
  const program = `for await (const c of Deno.listen({ hostname: "127.0.0.1", port: ${port} })) {
      await c.write(new TextEncoder().encode("here")); c.close(); }`;
  const begun = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await untilAnswered(port, "", "here");
    const ms = performance.now() - begun;
    await pause(settleMs);
    const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
    return { ms, residentMb: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1_024 };
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

/** Seconds of a stream to the agent by seconds of the same stream to a bare listener, taken in turns. */
async function logRatios(): Promise<number[]> {
  const path = new URL("_bare_listener.ts", import.meta.url).pathname;
  const listener = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", path],
    stdout: "piped",
  }).spawn();
  try {
    await using agent = AgentProcess.spawn(fromSource);
    await agent.ready();
    const reader = listener.stdout.getReader();
    const barePort = Number(new TextDecoder().decode((await reader.read()).value));
    // The first stream warms up.
    await sendSeconds(agent.nats);
    const ratios = await repeat(async () =>
      await sendSeconds(agent.nats) / await sendSeconds(barePort)
    );
    await reader.cancel();
    return ratios;
  } finally {
    listener.kill("SIGKILL");
    await listener.status;
  }
}

async function sendSeconds(port: number): Promise<number> {
  const path = new URL("_log_sender.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", path, ...[port, 1, messages, 200].map(String)],
  }).output();
  if (code !== 0) {
    throw new Error(`The sender ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout)).seconds;
}

async function repeat<T>(measure: () => Promise<T>): Promise<T[]> {
  const values: T[] = [];
  while (values.length < runs) values.push(await measure());
  return values;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
