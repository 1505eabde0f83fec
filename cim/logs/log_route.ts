/**
 * The route of LOG messages: verifies a message in the bytes in which it arrived, counts it, and hands it to
 * the destinations of the logging mode. Nothing here waits: destinations copy the bytes and write them later.
 * `back_pressure.ts` says what happens when a destination does not keep up.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import { SubjectMeter } from "../metrics/mod.ts";
import type { Receipts } from "../receipts/mod.ts";
import { LogMessageView, type WireFault } from "../wire/mod.ts";
import type { Destination } from "./destination.ts";
import { type DestinationName, destinationsOfMode } from "./logging_mode.ts";
import type { Gate, PublisherGate } from "./publisher_gate.ts";
import type { RouteSettings } from "./route_settings.ts";
import type { LogTelemetry } from "./telemetry.ts";

/** What a {@linkcode LogRoute} is made from; `createLogRoute` builds it. */
export interface LogRouteParts {
  /** All destinations; the logging mode chooses among them. */
  readonly destinations: readonly Destination[];
  /** Settings to begin with. */
  readonly settings: RouteSettings;
  /** Pauses the publishers. */
  readonly gate: PublisherGate;
  /** Logs and counts what happens to the destinations. */
  readonly telemetry: LogTelemetry;
  /** Answers messages with a reply subject. */
  readonly receipts: Receipts;
  /** Clock for the timers. */
  readonly clock: Clock;
}

const tickMs = 500;
/** Time that disposing of the route gives to the destinations, in milliseconds. */
const disposeMs = 5_000;

/** Takes LOG messages for the destinations of the logging mode. */
export class LogRoute implements AsyncDisposable {
  /** Valid messages. */
  messages = 0;
  /** Payload bytes of valid messages. */
  payloadBytes = 0;
  /** Payload bytes of the last valid message. */
  lastPayloadBytes = 0;
  /** All messages, valid or not. */
  readonly meter: SubjectMeter = new SubjectMeter("LOG");
  /** Events of the destinations, with their counters. */
  readonly telemetry: LogTelemetry;
  /** Answers messages with a reply subject. */
  readonly receipts: Receipts;
  readonly #faults = new Map<WireFault, number>();
  readonly #view = new LogMessageView();
  readonly #destinations: Destination[];
  readonly #withdrawn = new Set<DestinationName>();
  readonly #clock: Clock;
  readonly #gate: PublisherGate;
  #settings: RouteSettings;
  #active: readonly Destination[];

  /** Opens nothing yet. */
  constructor({ destinations, settings, gate, telemetry, receipts, clock }: LogRouteParts) {
    this.#destinations = [...destinations];
    this.telemetry = telemetry;
    this.receipts = receipts;
    this.#clock = clock;
    this.#gate = gate;
    this.#settings = settings;
    this.#active = this.#choose();
  }

  /** All destinations, those that the logging mode does not use included. */
  get destinations(): readonly Destination[] {
    return this.#destinations;
  }

  /** Malformed payloads, by fault. */
  get faults(): ReadonlyMap<WireFault, number> {
    return this.#faults;
  }

  /** Whether publishers are paused now. */
  get isPaused(): boolean {
    return this.#gate.isPaused;
  }

  /** Times the publishers were paused. */
  get pauses(): number {
    return this.#gate.pauses;
  }

  /** The destination of that name. @throws {TypeError} When the route has none. */
  destination(name: DestinationName): Destination {
    const found = this.destinations.find((destination) => destination.name === name);
    if (found === undefined) {
      throw new TypeError(`Cannot find destination "${name}" of the log route`);
    }
    return found;
  }

  /** Whether the logging mode uses the destination. */
  uses(name: DestinationName): boolean {
    return this.#active.some((destination) => destination.name === name);
  }

  /** Adds a destination; the logging mode may use it at once. */
  add(destination: Destination): void {
    this.#destinations.push(destination);
    this.#chooseAgain();
  }

  /** Sets whether the logging mode may use a destination; what it holds is sent in any case. */
  offer(name: DestinationName, isOffered: boolean): void {
    if (isOffered) this.#withdrawn.delete(name);
    else this.#withdrawn.add(name);
    this.#chooseAgain();
  }

  /** Uses `gate` to pause the publishers from now on. */
  attach(gate: Gate): void {
    this.#gate.attach(gate);
  }

  /**
   * While `isUrgent`, publishers are held for 400 ms at most: one of them is about to send what must not wait, the reply
   * to a change-set.
   */
  setUrgent(isUrgent: boolean): void {
    this.#gate.setUrgent(isUrgent);
  }

  /**
   * Takes the LogMessage `buffer[start, end)`; the caller may reuse the bytes when it returns. The publisher gets a
   * receipt at the subject `reply` unless that is "".
   */
  accept(buffer: Uint8Array, start: number, end: number, reply = ""): void {
    this.meter.observe(end - start);
    const view = this.#view;
    const fault = view.read(buffer, start, end);
    if (fault !== undefined) return this.#refuse(fault, reply);
    const length = view.payloadEnd - view.payloadStart;
    this.messages++;
    this.payloadBytes += length;
    this.lastPayloadBytes = length;
    if (reply !== "") return this.#writeWithReceipt(view, reply);
    const active = this.#active;
    for (let at = 0; at < active.length; at++) active[at].write(view);
  }

  /** To be called when no further message arrives right now. */
  endOfChunk(): void {
    const active = this.#active;
    for (let at = 0; at < active.length; at++) active[at].endOfChunk();
  }

  /** Applies other settings, to open files and running timers too. */
  configure(settings: RouteSettings): void {
    const isOtherMode = settings.mode !== this.#settings.mode;
    this.#settings = settings;
    if (isOtherMode) this.#active = this.#choose();
    this.#configureAll();
  }

  /** The settings that apply now. */
  get settings(): RouteSettings {
    return this.#settings;
  }

  /** Does what is due by the clock, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#tick();
    for await (const _ of this.#clock.every(tickMs, { signal })) this.#tick();
  }

  /** Writes all lines that wait. */
  async flush(): Promise<void> {
    await Promise.all(this.destinations.map((destination) => destination.flush()));
  }

  /**
   * Writes all lines until `signal` aborts, drops and counts the rest, and closes all destinations. Returns the
   * number of lines of applications that were lost.
   */
  async close(signal: AbortSignal): Promise<number> {
    const lost = await Promise.all(this.destinations.map((one) => one.close(signal)));
    return lost.reduce((sum, lines) => sum + lines, 0);
  }

  /** Closes the route within five seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(AbortSignal.timeout(disposeMs));
  }

  #tick(): void {
    for (const destination of this.destinations) destination.tick();
    this.telemetry.tick();
  }

  #chooseAgain(): void {
    this.#active = this.#choose();
    this.#configureAll();
  }

  #configureAll(): void {
    for (const destination of this.destinations) {
      destination.configure(this.#active.includes(destination));
    }
  }

  #writeWithReceipt(view: LogMessageView, reply: string): void {
    const receipt = this.receipts.open(reply, this.#active.length);
    for (const destination of this.#active) {
      if (receipt === undefined) destination.write(view);
      else destination.writeWithReceipt(view, receipt);
    }
  }

  #refuse(fault: WireFault, reply: string): void {
    if (reply !== "") this.receipts.refuse(reply, "malformed");
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    for (const { book } of this.#active) {
      book.accepted++;
      book.drop("malformed");
    }
  }

  /** The destinations of the logging mode; FILE, with a warning, when the one it names is not configured. */
  #choose(): readonly Destination[] {
    const { mode } = this.#settings;
    const names = destinationsOfMode[mode];
    const found = this.destinations.filter(({ name }) =>
      names.includes(name) && !this.#withdrawn.has(name)
    );
    this.telemetry.modeUnavailable(found.length === 0 ? mode : undefined);
    return found.length > 0 ? found : this.destinations.filter(({ name }) => name === "file");
  }
}
