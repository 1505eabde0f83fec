/**
 * Builds a log route with its destinations.
 *
 * @module
 */
import { type Clock, systemClock } from "../../core/async/mod.ts";
import { Books } from "../../core/books/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { Receipts } from "../receipts/mod.ts";
import { LogEnvelope } from "../wire/mod.ts";
import { createKafka, type KafkaOptions } from "./create_kafka.ts";
import { type CreatedTcp, createTcp, type TcpOptions } from "./create_tcp.ts";
import type { DestinationParts } from "./destination.ts";
import { type FileOwner, LogFiles } from "./file/mod.ts";
import { BlockPool } from "./lines/mod.ts";
import { LogRoute } from "./log_route.ts";
import { PublisherGate } from "./publisher_gate.ts";
import type { RouteSettings } from "./route_settings.ts";
import { frameFormat, lineFormat, type SpooledLines } from "./spooled/mod.ts";
import { type ByteSink, StdoutLines } from "./stdout/mod.ts";
import { type LogHealth, LogTelemetry } from "./telemetry.ts";

/** Options of {@linkcode createLogRoute}. */
export interface LogRouteOptions {
  /** Folder of the log files. */
  readonly folder: string;
  /** The pod whose logs these are. */
  readonly owner: FileOwner;
  /** Limits and logging mode to begin with. */
  readonly settings: RouteSettings;
  /** Logger for events of the route itself. */
  readonly log: Logger;
  /** Whether records are written as they are where the destination has a JSON envelope. Default false. */
  readonly isRaw?: boolean;
  /** Books to open those of the destinations in. Default: new ones. */
  readonly books?: Books;
  /** Maximum files open at the same time, 1 to 10,000. Default 64. */
  readonly maxFiles?: number;
  /** Idle timeout of a file, in milliseconds, at least 1,000. Default ten minutes. */
  readonly idleMs?: number;
  /** Mode of new log files. Default 0o644, less the umask. */
  readonly fileMode?: number;
  /** Mode of the log folder when it is created. Default 0o755, less the umask. */
  readonly folderMode?: number;
  /** Bytes that one destination may hold, 64 KiB to 2 GiB; then `whenFull` applies. Default 8 MiB. */
  readonly maxBufferedBytes?: number;
  /** Whether publishers are paused or new lines are dropped and counted. Default `block`. */
  readonly whenFull?: "block" | "drop_newest";
  /** Maximum time publishers are paused for a full buffer, in milliseconds, 0 or more. Default 5,000. */
  readonly maxBlockMs?: number;
  /** Size of the blocks in which lines are written, in bytes. Default 256 KiB. */
  readonly blockBytes?: number;
  /** Destination TCP. Default: none; the mode TCP then writes to files. */
  readonly tcp?: TcpOptions;
  /** Destination KAFKA. Default: none; the mode KAFKA then writes to files. */
  readonly kafka?: KafkaOptions;
  /** Stream for the destination STDOUT. Default `Deno.stdout`. */
  readonly stdout?: ByteSink;
  /** Called when writing starts failing or recovers, and when publishers are held or released. */
  readonly onHealth?: (health: LogHealth) => void;
  /** Publishes the answers to messages with a reply subject. Default: no answers. */
  readonly publish?: (subject: string, payload: Uint8Array) => void;
  /** Clock to use. Default: {@linkcode systemClock}. */
  readonly clock?: Clock;
  /** Numbers in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** A log route with its destinations. */
export interface CreatedLogRoute {
  /** The route. */
  readonly route: LogRoute;
  /** The destination FILE. */
  readonly files: LogFiles;
  /** The destination STDOUT. */
  readonly stdout: StdoutLines;
  /** The destination TCP, if there is one. */
  readonly tcp: CreatedTcp | undefined;
  /** The destination KAFKA, if there is one. */
  readonly kafka: SpooledLines | undefined;
  /** Creates the destination TCP, which must not exist. */
  openTcp(options: TcpOptions): void;
  /** Sets whether new records are written as they are where the destination has a JSON envelope. */
  setRaw(isRaw: boolean): void;
  /** Sets whether lines are sent later when sending to TCP or Kafka fails; else they go to files meanwhile. */
  setResend(canResend: boolean): void;
}

const defaultIdleMs = 600_000;

/**
 * Creates a route. Destinations with a queue begin at once to send what it holds.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { createLogRoute, routeSettings } from "./mod.ts";
 * import { checkSettings, defaultSettings } from "../settings/mod.ts";
 * import { LogRegistry } from "../../core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { route } = createLogRoute({
 *   folder: "logs",
 *   owner: { podName: "amf-0", namespace: "ns1" },
 *   settings: routeSettings(checkSettings(defaultSettings()).settings),
 *   log: new LogRegistry().logger("logs"),
 * });
 * route.accept(Uint8Array.of(1, 2, 3), 0, 3);
 * assert.equal(route.faults.get("too_short"), 1);
 * await route.close(AbortSignal.timeout(5_000));
 * ```
 */
export function createLogRoute(options: LogRouteOptions): CreatedLogRoute {
  const { folder, owner, settings, log, isRaw = false, books = new Books() } = options;
  const { maxFiles = 64, idleMs = defaultIdleMs, fileMode = 0o644, folderMode = 0o755 } = options;
  const { maxBufferedBytes = 8_388_608, whenFull = "block", maxBlockMs = 5_000 } = options;
  const { blockBytes = 262_144, stdout: sink = Deno.stdout, onHealth } = options;
  const { publish = () => {} } = options;
  const { clock = systemClock, random = Math.random } = options;
  checkRange("maxFiles", maxFiles, 1, 10_000);
  checkRange("idleMs", idleMs, 1_000, Number.MAX_SAFE_INTEGER);
  checkRange("maxBufferedBytes", maxBufferedBytes, 65_536, 2 ** 31);
  checkRange("maxBlockMs", maxBlockMs, 0, Number.MAX_SAFE_INTEGER);
  const telemetry = new LogTelemetry({ log, clock, onHealth });
  const gate = new PublisherGate(clock);
  const parts: DestinationParts = {
    pool: new BlockPool({ blockBytes, maxFree: Math.ceil(maxBufferedBytes / blockBytes) }),
    pressure: { maxBufferedBytes, whenFull, maxBlockMs, gate, telemetry, clock },
    telemetry,
    clock,
    random,
  };
  const json = new LogEnvelope(owner);
  let envelope = isRaw ? undefined : json;
  const files: LogFiles = new LogFiles({
    ...parts,
    folder,
    owner,
    settings: () => route.settings,
    openBook: (inFlight) => books.open("logs_file", { inFlight }),
    maxFiles,
    idleMs,
    fileMode,
    folderMode,
  });
  const stdout = new StdoutLines({
    ...parts,
    sink,
    envelope,
    openBook: (inFlight) => books.open("logs_stdout", { inFlight }),
  });
  const createTcpLines = (tcp: TcpOptions) =>
    createTcp(tcp, {
      parts,
      envelope,
      openBook: (inFlight) => books.open("logs_tcp", { inFlight }),
      files,
    });
  let tcp = options.tcp && createTcpLines(options.tcp);
  const kafka = options.kafka && createKafka(options.kafka, {
    parts,
    envelope,
    openBook: (inFlight) => books.open("logs_kafka", { inFlight }),
    files,
  });
  const destinations = [files, stdout, tcp?.lines, kafka].filter((one) => one !== undefined);
  const receipts = new Receipts({ subject: "LOG", publish, log });
  const route: LogRoute = new LogRoute({
    destinations,
    settings,
    gate,
    telemetry,
    receipts,
    clock,
  });
  for (const destination of destinations) destination.configure(route.uses(destination.name));
  return {
    route,
    files,
    stdout,
    get tcp() {
      return tcp;
    },
    kafka,
    openTcp(options) {
      if (tcp !== undefined) throw new TypeError("Cannot open the destination TCP: it exists");
      tcp = createTcpLines(options);
      route.add(tcp.lines);
    },
    setRaw(isRaw) {
      envelope = isRaw ? undefined : json;
      stdout.useEnvelope(envelope);
      tcp?.lines.useFormat(lineFormat(envelope));
      kafka?.useFormat(frameFormat(envelope));
    },
    setResend(canResend) {
      const fallback = canResend ? undefined : files;
      tcp?.lines.useFallback(fallback);
      kafka?.useFallback(fallback);
    },
  };
}

function checkRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} must be ${min} to ${max}, found ${value}`);
}
