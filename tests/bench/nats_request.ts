/**
 * Request and reply between two clients, one and a hundred in flight: latency and rate.
 *
 * @module
 */
import { contestants, onCore } from "./_nats_contestants.ts";
import type { BenchReporter, Reference } from "./_reporter.ts";

const runs = 5;
const loads = [{ inFlight: 1, requests: 3_000 }, { inFlight: 100, requests: 20_000 }] as const;
const metrics = [["p50", "p50_ms", "ms"], ["p99", "p99_ms", "ms"], [
  "rate",
  "rate",
  "requests/s",
]] as const;

/** Runs it. */
export async function run(report: BenchReporter): Promise<void> {
  for (const { inFlight, requests } of loads) {
    const others = new Map<string, Reference>();
    for (const contestant of contestants()) {
      await using server = await contestant.start();
      const results: Record<"p50" | "p99" | "rate", number>[] = [];
      await drive(server.port, requests, inFlight);
      for (let i = 0; i < runs; i++) results.push(await drive(server.port, requests, inFlight));
      for (const [key, metric, unit] of metrics) {
        const place = { case: `${inFlight} in flight ${contestant.name}`, metric, unit };
        const value = report.record(
          place,
          results.map((result) => result[key]),
          others.get(metric),
        );
        others.set(metric, { name: contestant.name, value });
      }
    }
  }
}

async function drive(port: number, requests: number, inFlight: number) {
  const script = new URL("_nats_request_load.ts", import.meta.url).pathname;
  const numbers = [port, requests, inFlight].map(String);
  const [program, ...args] = onCore(1, [
    Deno.execPath(),
    "run",
    "-A",
    script,
    ...numbers,
  ]);
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (code !== 0) throw new Error(`The load failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
