/**
 * A listener whose process runs out of descriptors, so that its inner server ends. Prints one JSON document: what was
 * reported, and what a client gets before and after the shortage. Run under `ulimit -n 64`.
 */
import { LogRegistry, systemClock } from "../../core/mod.ts";
import { HttpListener } from "../../plugins/http/front/mod.ts";
import { HttpStats } from "../../plugins/http/http_stats.ts";

// Deno needs descriptors to handle the first signal; without one left it would panic.
Deno.addSignalListener("SIGTERM", () => Deno.exit(1));

const problems: (string | undefined)[] = [];
const listener = new HttpListener(() => Promise.resolve(new Response("ok")), {
  hostname: "127.0.0.1",
  port: 0,
  maxConnections: 32,
  maxRequests: 1_024,
  headerTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
  writeTimeoutMs: 30_000,
  stats: new HttpStats(),
  clock: systemClock,
  log: new LogRegistry({ sinks: [] }).logger("http"),
  onProblem: (problem) => {
    if (problems.at(-1) !== problem) problems.push(problem);
  },
});

/** What a client gets on a connection. */
async function ask(client: Deno.TcpConn): Promise<string> {
  await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  const buffer = new Uint8Array(4_096);
  const read = await client.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, read ?? 0)).split("\r\n")[0];
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition() && performance.now() < end) await systemClock.sleep(10);
}

const connect = () => Deno.connect({ hostname: "127.0.0.1", port: listener.port });
const before = await ask(await connect());
const firstInner = listener.innerPort;
const open = await connect();

// One descriptor is left: the front connects to the inner server, which then has none to accept with.
const files: Deno.FsFile[] = [];
try {
  while (true) files.push(Deno.openSync("/dev/null"));
} catch {
  files.pop()?.close();
}
await ask(open).catch(() => "evicted");
await until(() => listener.innerPort !== firstInner);
for (const file of files) file.close();
await until(() => listener.innerPort !== undefined && problems.at(-1) === undefined);
const after = await ask(await connect());

const isNew = listener.innerPort !== firstInner;
await new Response(JSON.stringify({ before, after, isNew, problems })).body!.pipeTo(
  Deno.stdout.writable,
);
Deno.exit(0);
