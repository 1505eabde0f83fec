/**
 * What the agent costs while nothing happens: memory after ten seconds, CPU during them. Five agents at the same
 * time, so that it takes no longer than one.
 *
 * @module
 */
import { AgentProcess, fromBinary, fromSource } from "./_agent_process.ts";
import type { BenchReporter } from "./_reporter.ts";

const agents = 5;
const idleMs = 10_000;

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  for (const command of [fromSource, fromBinary()]) {
    if (command === undefined) {
      report.note("The binary has not been built: deno task compile");
      continue;
    }
    await using stack = new AsyncDisposableStack();
    const running = Array.from({ length: agents }, () => stack.use(AgentProcess.spawn(command)));
    await Promise.all(running.map((agent) => agent.ready()));
    // What starts in the background settles first.
    await pause(1_000);
    const before = running.map((agent) => agent.cpuS());
    const begun = performance.now();
    await pause(idleMs);
    const seconds = (performance.now() - begun) / 1_000;
    report.record(
      { case: command.name, metric: "rss_mb", unit: "MiB" },
      running.map((agent) => agent.residentMb()),
      { name: "aim", value: 60 },
    );
    report.record(
      { case: command.name, metric: "cpu_percent", unit: "% of a core" },
      running.map((agent, at) => 100 * (agent.cpuS() - before[at]) / seconds),
      { name: "aim", value: 0.3 },
    );
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
