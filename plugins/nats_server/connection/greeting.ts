/**
 * The beginning of a connection: INFO, and the TLS handshake before or after it.
 *
 * @module
 */
import type { CloseReason } from "../stats.ts";
import { shakeHands, type Transport } from "../transport/mod.ts";
import type { Output } from "./output.ts";
import type { ServerContext } from "./server_context.ts";

/** The connection to greet. */
export interface GreetedClient {
  readonly id: number;
  readonly transport: Transport;
  readonly output: Output;
  readonly isClosed: boolean;
  close(reason: CloseReason): void;
}

/** Sends INFO, alone in its packet because old jnats requires it; the TLS handshake comes before or after it. */
export async function greet(
  client: GreetedClient,
  nonce: string,
  context: ServerContext,
): Promise<void> {
  const { id, transport, output } = client;
  const { tls } = context;
  if (tls?.handshakeFirst) await secure(client, context);
  if (client.isClosed) return;
  output.appendBytes(context.info(id, transport, nonce));
  output.flush();
  if (tls === null || tls.handshakeFirst) return;
  await output.drained();
  if (!client.isClosed) await secure(client, context);
}

async function secure(client: GreetedClient, context: ServerContext): Promise<void> {
  const { clock, limits, log } = context;
  try {
    await shakeHands(client.transport, limits.tlsTimeoutMs, clock);
  } catch (error) {
    log.debug("TLS handshake failed", { client: client.id, error });
    client.close("tls_handshake");
  }
}
