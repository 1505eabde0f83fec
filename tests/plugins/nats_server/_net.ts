/**
 * Helpers for the tests of the server.
 *
 * @module
 */
import { NatsServer, type NatsServerOptions } from "../../../plugins/nats_server/mod.ts";
import { until as poll } from "../../_support/until.ts";

/** A server on a free port. */
export async function startedServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const server = new NatsServer({ port: 0, ...options });
  await server.listen();
  return server;
}

/** Polls until the condition holds. */
export function until(condition: () => boolean): Promise<true> {
  return poll(`${condition}`, condition, { everyMs: 2 });
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
