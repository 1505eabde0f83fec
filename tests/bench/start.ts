/**
 * From the start of the process to both ports answering, and the CPU time until then, which says more on a busy
 * machine. The limit beside it: a program that does nothing but open one port.
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
import type { BenchReporter } from "./_reporter.ts";

const runs = 7;

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  const limit = { case: "bare listener", metric: "p50_ms", unit: "ms" };
  await startBare();
  report.record(limit, await repeat(startBare));
  const commands: [AgentCommand | undefined, number][] = [[fromSource, 250], [fromBinary(), 150]];
  for (const [command, aim] of commands) {
    if (command === undefined) {
      report.note("The binary has not been built: deno task compile");
      continue;
    }
    // The first start fills the caches.
    await start(command);
    const starts = await repeat(() => start(command));
    report.record(
      { case: command.name, metric: "p50_ms", unit: "ms" },
      starts.map(({ ms }) => ms),
      { name: "aim", value: aim },
    );
    report.record(
      { case: command.name, metric: "cpu_ms", unit: "ms" },
      starts.map(({ cpuMs }) => cpuMs),
    );
  }
}

async function start(command: AgentCommand): Promise<{ ms: number; cpuMs: number }> {
  const begun = performance.now();
  await using agent = AgentProcess.spawn(command);
  await agent.ready();
  return { ms: performance.now() - begun, cpuMs: agent.cpuS() * 1_000 };
}

async function startBare(): Promise<number> {
  const port = freePort();
  const program = `const l = Deno.listen({ hostname: "127.0.0.1", port: ${port} });
    while (true) { const c = await l.accept(); await c.write(new TextEncoder().encode("here")); c.close(); }`;
  const begun = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await untilAnswered(port, "", "here");
    return performance.now() - begun;
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

async function repeat<T>(measure: () => Promise<T>): Promise<T[]> {
  const values: T[] = [];
  while (values.length < runs) values.push(await measure());
  return values;
}
