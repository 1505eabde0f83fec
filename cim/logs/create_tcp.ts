/**
 * Builds the destination TCP.
 *
 * @module
 */
import type { Book } from "../../core/books/mod.ts";
import type { HostPort } from "../../core/net/mod.ts";
import { MemorySpool, type SpoolQueue } from "../../core/spool/mod.ts";
import type { LogEnvelope } from "../wire/mod.ts";
import type { Destination, DestinationParts } from "./destination.ts";
import { lineFormat, SpooledLines } from "./spooled/mod.ts";
import { TcpSender, type TcpTls } from "./tcp/mod.ts";

/** Options of the destination TCP. */
export interface TcpOptions {
  /** Returns the collector; asked for each connection. */
  readonly target: (signal: AbortSignal) => HostPort | Promise<HostPort>;
  /** Queue. Default: one in memory. */
  readonly queue?: SpoolQueue;
  /** Whether the queue keeps its blocks when the process ends. Default: whether there is a `queue`. */
  readonly isDurable?: boolean;
  /** Records, by reason, that the queue lost since the book was saved. Default: none. */
  readonly damaged?: ReadonlyMap<string, number>;
  /** Whether lines are sent later when sending fails. False: new lines go to files meanwhile. Default true. */
  readonly canResend?: boolean;
  /** Called when the collector cannot be reached any more, once per outage. Default: not called. */
  readonly onFailure?: () => void;
  /** Uses TLS. Default: no TLS. */
  readonly tls?: TcpTls;
  /** Maximum time to connect, in milliseconds. Default 2,000. */
  readonly connectTimeoutMs?: number;
  /** Time without progress after which a connection is given up, in milliseconds. Default 6,000. */
  readonly stallMs?: number;
  /** Bytes sent last that are sent again after a lost connection, 0 or more. Default 16 MiB. */
  readonly resendBytes?: number;
  /** Time for which sent lines are kept to be sent again, in milliseconds, 0 or more. Default 10,000. */
  readonly resendMs?: number;
}

/** Name of the destination in messages. */
const tcpPlace = "the TCP log collector";

/** The destination TCP. */
export interface CreatedTcp {
  /** The destination. */
  readonly lines: SpooledLines;
  /** Its connection. */
  readonly sender: TcpSender;
}

/** What {@linkcode createTcp} needs besides. */
export interface TcpSurroundings {
  /** What destinations are made from. */
  readonly parts: DestinationParts;
  /** Encodes records in the JSON envelope; undefined sends them as they are. */
  readonly envelope: LogEnvelope | undefined;
  /** Opens the book; the argument returns the number of lines in flight. */
  readonly openBook: (inFlight: () => number) => Book;
  /** The destination FILE. */
  readonly files: Destination;
}

/** Creates the destination and starts sending what its queue holds. */
export function createTcp(options: TcpOptions, around: TcpSurroundings): CreatedTcp {
  const {
    target,
    queue,
    isDurable = queue !== undefined,
    canResend = true,
    tls,
    connectTimeoutMs,
    stallMs,
  } = options;
  const { resendBytes = 16_777_216, resendMs = 10_000 } = options;
  const { parts, envelope, openBook, files } = around;
  const sender = new TcpSender({
    target,
    tls,
    connectTimeoutMs,
    stallMs,
    clock: parts.clock,
    onLost: () => lines.lost(),
    onConfirmed: () => lines.confirmed(),
  });
  const lines: SpooledLines = new SpooledLines({
    ...parts,
    name: "tcp",
    place: tcpPlace,
    format: lineFormat(envelope),
    queue: queue ??
      new MemorySpool({ maxBytes: parts.pressure.maxBufferedBytes }).queue("logs_tcp"),
    isDurable,
    damaged: options.damaged,
    sender,
    onOutage: options.onFailure,
    window: {
      maxBytes: resendBytes,
      afterMs: resendMs,
      sentBytes: () => sender.sentBytes,
      acknowledgedBytes: () => sender.acknowledgedBytes,
    },
    fallback: canResend ? undefined : files,
    openBook,
  });
  lines.start();
  return { lines, sender };
}
