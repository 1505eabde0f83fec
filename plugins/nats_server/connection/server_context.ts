/**
 * What connections need of the server.
 *
 * @module
 */
import type { Clock, Logger } from "../../../core/mod.ts";
import type { ServerInfo } from "../protocol/mod.ts";
import type { Authenticator } from "../security/mod.ts";
import type { NatsLimits } from "../options.ts";
import type { PendingTotal } from "./pending_total.ts";
import type { Router } from "../routing/mod.ts";
import type { CloseReason, Counters } from "../stats.ts";
import type { TlsContext, Transport } from "../transport/mod.ts";

/** The server as seen by its connections. Reloads replace the readonly members. */
export interface ServerContext {
  readonly router: Router;
  readonly counters: Counters;
  readonly limits: NatsLimits;
  readonly clock: Clock;
  readonly log: Logger;
  /** Bytes pending for all clients together. */
  readonly pending: PendingTotal;
  /** Decides which clients may connect. */
  readonly authenticator: Authenticator;
  /** TLS settings; `null` without TLS. */
  readonly tls: TlsContext | null;
  /** Members of INFO that are the same for every client. */
  serverInfo(): ServerInfo;
  /** The INFO line for one client. */
  info(
    clientId: number,
    transport: Transport,
    nonce: string,
    extra?: { ldm: true } | { connect_info: true },
  ): Uint8Array;
  /** Delay of the first ping after CONNECT in milliseconds, with jitter. */
  firstPingMs(): number;
  /** Called once when a connection is closed. `name` is the client's name from CONNECT. */
  onClosed(clientId: number, name: string, reason: CloseReason): void;
}
