/**
 * Helpers for the tests of the server.
 *
 * @module
 */
import { NatsServer, type NatsServerOptions } from "../../../plugins/nats_server/mod.ts";

/** A server on a free port. */
export async function startedServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const server = new NatsServer({ port: 0, ...options });
  await server.listen();
  return server;
}

/** Waits until the condition is true, for at most 10 s. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A client that never reads. */
export async function deafClient(port: number, first: string): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(bytes(first));
  return conn;
}
