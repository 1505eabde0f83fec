/**
 * The beginning of a connection: INFO, and the TLS handshake before or after it.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { CloseReason } from "../stats.ts";
import { type Handshake, shakeHands, type Transport } from "../transport/mod.ts";
import type { Output } from "./output.ts";
import type { ServerContext } from "./server_context.ts";

/** First byte of a TLS handshake. */
const handshakeByte = 0x16;

/** The connection to greet. */
export interface GreetedClient {
  readonly id: number;
  readonly transport: Transport;
  readonly output: Output;
  readonly isClosed: boolean;
  close(reason: CloseReason): void;
}

/**
 * Sends INFO, alone in its packet because old jnats requires it; the TLS handshake comes before or after it, or not at
 * all where the client may choose and does not begin it.
 */
export async function greet(
  client: GreetedClient,
  nonce: string,
  context: ServerContext,
): Promise<void> {
  const { id, transport, output } = client;
  const { tls, clock, limits } = context;
  const { handshake } = transport;
  const isFirst = tls !== null && handshake !== undefined &&
    await beginsWithTls(handshake, tls.handshakeFirst, clock);
  if (isFirst) await secure(client, handshake, isFirst, context);
  if (client.isClosed) return;
  output.appendBytes(context.info(id, transport, nonce));
  output.flush();
  if (tls === null || handshake === undefined || isFirst) return;
  await output.drained();
  if (client.isClosed) return;
  const isPlain = tls.allowsNonTls &&
    await handshake.peek(limits.tlsTimeoutMs, clock) !== handshakeByte;
  if (client.isClosed) return;
  if (isPlain) handshake.stayPlain();
  else await secure(client, handshake, isFirst, context);
}

async function beginsWithTls(
  handshake: Handshake,
  handshakeFirst: boolean | number,
  clock: Clock,
): Promise<boolean> {
  if (typeof handshakeFirst === "boolean") return handshakeFirst;
  return await handshake.peek(handshakeFirst, clock) >= 0;
}

async function secure(
  client: GreetedClient,
  handshake: Handshake,
  isFirst: boolean,
  { clock, limits, log }: ServerContext,
): Promise<void> {
  try {
    await shakeHands(handshake, { isFirst, limitMs: limits.tlsTimeoutMs, clock });
  } catch (error) {
    log.debug("TLS handshake failed", { client: client.id, error });
    client.close("tls_handshake");
  }
}
