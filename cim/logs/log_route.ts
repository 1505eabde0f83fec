/**
 * What becomes of a LOG message: verified where it lies, counted, and handed to the destinations of the mode
 * in force. Nothing here waits: destinations copy the bytes and write them later.
 *
 * When the backlog of a destination reaches `maxBufferedBytes`, `whenFull` decides. `block`: the gate is paused,
 * which stops the publishers' sockets from the next message on, and opens again when every backlog has fallen
 * to half; nothing is lost, but whatever else a publisher sends over the same connection waits too, the
 * answer to a configuration change included. `drop_newest`: no publisher waits, and lines that do not fit are
 * counted as `overflow`. Whoever publishes past a closed gate (the agent itself) is served up to twice the
 * bound and then dropped and counted likewise.
 *
 * @module
 */
import { type Clock, systemClock } from "../../core/async/mod.ts";
import { Books } from "../../core/books/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { SubjectMeter } from "../metrics/mod.ts";
import { buildLogMessage, LogEnvelope, LogMessageView, type WireFault } from "../wire/mod.ts";
import { BlockPool } from "./lines/block.ts";
import type { Destination, DestinationParts } from "./destination.ts";
import type { FileOwner } from "./file/file_name.ts";
import { LogFiles } from "./file/log_files.ts";
import type { RouteSettings } from "./route_settings.ts";
import { type ByteSink, StdoutLines } from "./stdout.ts";
import { LogTelemetry } from "./telemetry.ts";

/** What stops and starts the publishers, as a subscription of the NATS server does. */
export interface Gate {
  /** Stops them. Idempotent. */
  pause(): void;
  /** Lets them go on. Idempotent. */
  resume(): void;
}

/** Options of {@linkcode LogRoute}. */
export interface LogRouteOptions {
  /** Folder of the log files. */
  readonly folder: string;
  /** The pod whose logs these are. */
  readonly owner: FileOwner;
  /** Limits and destinations to begin with. */
  readonly settings: RouteSettings;
  /** Where the agent's own lines about this go. */
  readonly log: Logger;
  /** Whether records leave raw, rather than in the JSON envelope, where the mode has one. Default false. */
  readonly isRaw?: boolean;
  /** Books to keep. Default: new ones. */
  readonly books?: Books;
  /** Files open at once, 1 to 10,000. Default 64. */
  readonly maxFiles?: number;
  /** Time after which a file without new lines is closed, in milliseconds. Default ten minutes. */
  readonly idleMs?: number;
  /** Bytes that wait for one destination before `whenFull` applies. Default 8 MiB. */
  readonly maxBufferedBytes?: number;
  /** Whether publishers wait or new lines are dropped and counted. Default `block`. */
  readonly whenFull?: "block" | "drop_newest";
  /** Size of the blocks lines are written in, in bytes. Default 256 KiB. */
  readonly blockBytes?: number;
  /** Standard output. Default `Deno.stdout`. */
  readonly stdout?: ByteSink;
  /** Told why lines cannot be written, and of `""` once they can. */
  readonly onHealth?: (reason: string) => void;
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock;
  /** Numbers in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

const tickMs = 500;
const defaultIdleMs = 600_000;

/**
 * The route of log messages.
 *
 * @example
 * ```ts
 * import { LogRoute, routeSettings } from "./mod.ts";
 * import { buildLogMessage } from "../wire/mod.ts";
 * import { checkSettings, defaultSettings } from "../settings/mod.ts";
 * import { LogRegistry } from "../../core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const route = new LogRoute({
 *   folder,
 *   owner: { podName: "amf-0", namespace: "ns1" },
 *   settings: routeSettings(checkSettings(defaultSettings()).settings),
 *   log: new LogRegistry().logger("logs"),
 * });
 * const bytes = buildLogMessage({ containerId: "c1", containerName: "amf", payload: "hello" });
 * route.accept(bytes, 0, bytes.length);
 * await route.close(AbortSignal.timeout(5_000));
 * assert.equal(await Deno.readTextFile(`${folder}/amf-0_ns1_amf-c1.log`), "hello\n");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class LogRoute {
  /** Valid messages. */
  messages = 0;
  /** Bytes of text in valid messages. */
  payloadBytes = 0;
  /** Bytes of text in the last valid message. */
  lastPayloadBytes = 0;
  /** Everything that arrived, valid or not. */
  readonly meter: SubjectMeter = new SubjectMeter("LOG");
  /** What happens to the destinations. */
  readonly telemetry: LogTelemetry;
  /** What became of the lines, for each destination. */
  readonly books: Books;
  /** The destination FILE. */
  readonly files: LogFiles;
  /** The destination STDOUT. */
  readonly stdout: StdoutLines;
  readonly #faults = new Map<WireFault, number>();
  readonly #view = new LogMessageView();
  readonly #clock: Clock;
  readonly #maxBufferedBytes: number;
  readonly #isBlocking: boolean;
  #settings: RouteSettings;
  #gate: Gate = openGate;
  #isFull = false;

  /** Opens nothing yet; throws a RangeError when a bound is out of range. */
  constructor(options: LogRouteOptions) {
    const { folder, owner, settings, log, isRaw = false, books = new Books() } = options;
    const { maxFiles = 64, idleMs = defaultIdleMs, maxBufferedBytes = 8_388_608 } = options;
    const { blockBytes = 262_144, stdout = Deno.stdout, onHealth } = options;
    const { whenFull = "block" } = options;
    const { clock = systemClock, random = Math.random } = options;
    check("maxFiles", maxFiles, 1, 10_000);
    check("idleMs", idleMs, 1_000, Number.MAX_SAFE_INTEGER);
    check("maxBufferedBytes", maxBufferedBytes, 65_536, 2 ** 31);
    this.books = books;
    this.telemetry = new LogTelemetry({ log, clock, onHealth });
    this.#settings = settings;
    this.#clock = clock;
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#isBlocking = whenFull === "block";
    const parts: DestinationParts = {
      pool: new BlockPool({ blockBytes, maxFree: Math.ceil(maxBufferedBytes / blockBytes) }),
      maxBacklogBytes: this.#isBlocking ? 2 * maxBufferedBytes : maxBufferedBytes,
      telemetry: this.telemetry,
      onRoom: () => this.#resumeIfRoom(),
      clock,
      random,
    };
    this.files = new LogFiles({
      ...parts,
      folder,
      owner,
      settings: () => this.#settings,
      openBook: (inFlight) => books.open("logs_file", { inFlight }),
      maxFiles,
      idleMs,
    });
    this.stdout = new StdoutLines({
      ...parts,
      sink: stdout,
      envelope: isRaw ? undefined : new LogEnvelope(owner),
      openBook: (inFlight) => books.open("logs_stdout", { inFlight }),
    });
    this.#tellMode();
  }

  /** Payloads that were no LogMessages, by what was wrong with them. */
  get faults(): ReadonlyMap<WireFault, number> {
    return this.#faults;
  }

  /** Whether publishers are being made to wait. */
  get isPaused(): boolean {
    return this.#isFull && this.#isBlocking;
  }

  /** Uses `gate` to stop publishers from now on. */
  attach(gate: Gate): void {
    this.#gate = gate;
    if (this.isPaused) gate.pause();
  }

  /** Takes the LogMessage `buffer[start, end)`; the bytes are the caller's again when it returns. */
  accept(buffer: Uint8Array, start: number, end: number): void {
    this.meter.observe(end - start);
    const view = this.#view;
    const fault = view.read(buffer, start, end);
    if (fault !== undefined) return this.#refuse(fault);
    const length = view.payloadEnd - view.payloadStart;
    this.messages++;
    this.payloadBytes += length;
    this.lastPayloadBytes = length;
    const { toFile, toStdout } = this.#settings;
    if (toFile) this.files.write(view);
    if (toStdout) this.stdout.write(view);
    if (!this.#isFull && this.#isOverBound()) this.#filled();
  }

  /** Tells that no further message comes right now. */
  endOfChunk(): void {
    if (this.#settings.toFile) this.files.endOfChunk();
    if (this.#settings.toStdout) this.stdout.endOfChunk();
  }

  /**
   * Takes a line of the agent itself for the file of a container, `cim` by contract. It goes nowhere when
   * the mode has no files or the agent's own log is switched off: its console has the line anyway.
   */
  append(containerName: string, containerId: string, line: Uint8Array): void {
    if (!this.#settings.hasOwnLog || !this.#settings.toFile) return;
    const bytes = buildLogMessage({ containerName, containerId, payload: line });
    const view = new LogMessageView();
    if (view.read(bytes, 0, bytes.length) === undefined) this.files.write(view);
  }

  /** Puts other limits and destinations in force, for open files and running timers too. */
  configure(settings: RouteSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (settings.mode !== before.mode) this.#tellMode();
    this.files.configure();
  }

  /** Does what is due by the clock, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for await (const _ of this.#clock.every(tickMs, { signal })) {
      for (const destination of this.#destinations()) destination.tick();
    }
  }

  /** Writes all there is. */
  async flush(): Promise<void> {
    await Promise.all(this.#destinations().map((destination) => destination.flush()));
  }

  /** Writes all there is until `signal` aborts, drops and counts the rest, and lets go of everything. */
  async close(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#destinations().map((destination) => destination.close(signal)));
  }

  #destinations(): readonly Destination[] {
    return [this.files, this.stdout];
  }

  #refuse(fault: WireFault): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    const { toFile, toStdout } = this.#settings;
    for (const [isActive, { book }] of [[toFile, this.files], [toStdout, this.stdout]] as const) {
      if (!isActive) continue;
      book.accepted++;
      book.drop("malformed");
    }
  }

  #isOverBound(): boolean {
    return this.files.backlog.bytes >= this.#maxBufferedBytes ||
      this.stdout.backlog.bytes >= this.#maxBufferedBytes;
  }

  #filled(): void {
    this.#isFull = true;
    if (this.#isBlocking) {
      this.telemetry.pauses++;
      this.#gate.pause();
    } else this.telemetry.dropping();
    // What waits is due, whatever the thresholds say: room comes only from writing.
    this.files.flushAll();
    this.stdout.endOfChunk();
  }

  #resumeIfRoom(): void {
    if (!this.#isFull) return;
    const half = this.#maxBufferedBytes / 2;
    if (this.files.backlog.bytes > half || this.stdout.backlog.bytes > half) return;
    this.#isFull = false;
    if (this.#isBlocking) this.#gate.resume();
  }

  #tellMode(): void {
    const { mode } = this.#settings;
    if (mode === "TCP" || mode === "KAFKA") this.telemetry.modeUnsupported(mode);
  }
}

const openGate: Gate = Object.freeze({ pause() {}, resume() {} });

function check(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} must be ${min} to ${max}, found ${value}`);
}
