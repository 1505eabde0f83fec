/**
 * What a connection needs of its server.
 *
 * @module
 */
import type { Clock, Logger } from "../../../core/mod.ts";
import type { Authenticator } from "../security/authenticator.ts";
import type { Connection } from "./connection.ts";
import type { NatsLimits } from "../options.ts";
import type { Router } from "../routing/router.ts";
import type { CloseReason, Counters } from "../stats.ts";
import type { TlsContext } from "../transport/tls.ts";
import type { Transport } from "../transport/transport.ts";

/** The server, as its connections see it. */
export interface ServerContext {
  readonly router: Router;
  readonly counters: Counters;
  readonly limits: NatsLimits;
  readonly clock: Clock;
  readonly log: Logger;
  /** Monotonic time in milliseconds, renewed by the server's tick; costs nothing to read. */
  readonly nowMs: number;
  /** Who may come in; exchanged as a whole on reload. */
  readonly authenticator: Authenticator;
  /** TLS, where clients must use it. */
  readonly tls: TlsContext | null;
  /** The INFO line for one client. */
  info(
    clientId: number,
    transport: Transport,
    nonce: string,
    extra?: { ldm: true } | { connect_info: true },
  ): Uint8Array;
  /** Delay before the first ping after CONNECT, with some spread. */
  firstPingMs(): number;
  /** A connection has ended. */
  onClosed(connection: Connection, reason: CloseReason): void;
}
