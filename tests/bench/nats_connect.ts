/**
 * Connections a second, each up to its first PONG, and memory per 1,000 idle ones.
 *
 * @module
 */
import { contestants } from "./_nats_contestants.ts";
import type { BenchReporter, Reference } from "./_reporter.ts";

const runs = 5;
const connections = 1_000;
const hello = new TextEncoder().encode('CONNECT {"verbose":false}\r\nPING\r\n');

/** Runs it. */
export async function run(report: BenchReporter): Promise<void> {
  const others = new Map<string, Reference>();
  for (const contestant of contestants()) {
    const rates: number[] = [];
    const memory: number[] = [];
    for (let i = 0; i < runs; i++) {
      await using server = await contestant.start();
      const before = server.memoryMb("now");
      const start = performance.now();
      const open: Deno.TcpConn[] = [];
      while (open.length < connections) open.push(await connect(server.port));
      rates.push(connections * 1_000 / (performance.now() - start));
      memory.push(server.memoryMb("now") - before);
      for (const connection of open) connection.close();
    }
    const record = (metric: string, unit: string, values: number[]) => {
      const place = { case: contestant.name, metric, unit };
      const value = report.record(place, values, others.get(metric));
      others.set(metric, { name: contestant.name, value });
    };
    record("rate", "connections/s", rates);
    record("mb_per_1000_idle", "MiB", memory);
  }
}

async function connect(port: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(hello);
  const into = new Uint8Array(4_096);
  let text = "";
  while (!text.includes("PONG\r\n")) {
    text += new TextDecoder().decode(into.subarray(0, await connection.read(into) ?? 0));
  }
  return connection;
}
