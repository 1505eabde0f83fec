/**
 * This project's NATS server as a process of its own, for benchmarks. Run as `_nats_server_process.ts KIND`:
 * `bare` has clients only, `in_process` has a subscriber of `LOG` in process that adds up the bytes. Prints
 * its port, and `received N` at the end of its input.
 *
 * @module
 */
import { NatsServer } from "../../plugins/nats_server/mod.ts";

const server = new NatsServer({ port: 0 });
let received = 0;
let bytes = 0;
if (Deno.args[0] === "in_process") {
  server.subscribe("LOG", {
    onMessage({ start, end }) {
      received++;
      bytes += end - start;
    },
  });
}
await server.listen();
say(`port ${server.port}`);
for await (const _ of Deno.stdin.readable);
say(`received ${received} ${bytes}`);
await server.close();

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
