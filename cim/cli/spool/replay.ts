import {
  AgentError,
  attempt,
  backoff,
  type Clock,
  type Delivery,
  describeError,
  pause,
  systemClock,
} from "../../../core/mod.ts";
import { printable } from "../../../core/log/mod.ts";
import { cliErrors } from "../errors.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { readConfiguration } from "../read_configuration.ts";
import {
  type DestinationName,
  destinationOf,
  openDestination,
  type ReplayDestination,
} from "./destination.ts";
import { checkQueue, folderOf, lockFolder, type SpoolCommandOptions } from "./place.ts";
import {
  batchesOf,
  exportedRecords,
  type ReplayBatch,
  type ReplayRange,
  type ReplayRecord,
  spoolRecords,
} from "./replay_records.ts";

/** Options of {@linkcode replaySpool}. */
export interface SpoolReplayOptions extends SpoolCommandOptions {
  /** Which records. */
  readonly range: ReplayRange;
  /** Maximum records a second; Infinity for no limit. */
  readonly rate: number;
  /** Where they go. Default: where the agent sends those of the queue. */
  readonly to: DestinationName | undefined;
  /** File of `cim spool export`. Default: the queue in the spool. */
  readonly file: string | undefined;
  /** Clock to use. Default: {@linkcode systemClock}. */
  readonly clock?: Clock;
}

const maxBatchRecords = 1_000;
const maxBatchBytes = 262_144;
/** Batches in a second, with a rate that allows less than full ones. */
const batchesPerSecond = 10;
/** Time for which a destination that fails is tried again. */
const patienceMs = 30_000;
const progressMs = 1_000;
/** Time for a collector to confirm that it has read everything. */
const endLimitMs = 10_000;

/**
 * Sends records of a queue to a destination again. The spool stays as it is. Ends with 1 when the destination refused
 * some.
 */
export async function replaySpool(
  queue: string,
  options: SpoolReplayOptions,
  io: CliIo,
): Promise<number> {
  const { range, file, rate } = options;
  const configuration = await readConfiguration(options, io);
  const to = options.to ?? destinationOf(queue, configuration);
  await using source = await openSource(queue, options, io);
  await using destination = await openDestination(to, configuration);
  const run = new Replay(destination, options.clock ?? systemClock, rate, io);
  const bounds = {
    records: Math.max(1, Math.min(maxBatchRecords, Math.floor(rate / batchesPerSecond))),
    bytes: maxBatchBytes,
  };
  for await (const batch of batchesOf(source.records, range, bounds)) await run.send(batch);
  await run.end();
  io.out(`sent ${run.sent} records of ${queue} to ${destination.name}`);
  if (file === undefined) reportSpool(run, io);
  for (const [reason, count] of destination.refused) {
    io.err(printable(`cim: ${count} records were refused: ${reason}`));
  }
  return destination.refused.size > 0 ? exitCode.failed : exitCode.fine;
}

function reportSpool({ missing }: Replay, io: CliIo): void {
  if (missing > 0) io.err(`cim: ${missing} records are missing or damaged in the spool`);
  io.err("cim: the records stay in the spool; the agent sends them too when it starts");
}

/** What records are read from. */
interface Source extends AsyncDisposable {
  readonly records: AsyncIterable<ReplayRecord>;
}

async function openSource(queue: string, options: SpoolReplayOptions, io: CliIo): Promise<Source> {
  if (options.file !== undefined) {
    return {
      records: exportedRecords(options.file),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const folder = await folderOf(options, io);
  await checkQueue("replay", folder, queue);
  const lock = await lockFolder("replay", folder);
  return {
    records: spoolRecords(folder, queue),
    [Symbol.asyncDispose]() {
      lock.release();
      return Promise.resolve();
    },
  };
}

/** One run of the command. */
class Replay {
  /** Records that were sent. */
  sent = 0;
  /** Records that are missing between those that were sent. */
  missing = 0;
  readonly #destination: ReplayDestination;
  readonly #clock: Clock;
  readonly #rate: number;
  readonly #io: CliIo;
  readonly #start: number;
  /** Position after the last record that was sent. */
  #next: number | undefined;
  #reported: number;

  constructor(destination: ReplayDestination, clock: Clock, rate: number, io: CliIo) {
    this.#destination = destination;
    this.#clock = clock;
    this.#rate = rate;
    this.#io = io;
    this.#start = this.#reported = clock.monotonic();
  }

  /** Sends a batch, as soon as the rate allows it. */
  async send({ records, missing }: ReplayBatch): Promise<void> {
    const { stop, err } = this.#io;
    try {
      await this.#untilAllowed();
      stop.throwIfAborted();
      const delivery = await this.#deliver(records);
      if (delivery.status !== "delivered") throw this.#failure(delivery);
    } catch (error) {
      if (stop.aborted) err(`cim: ${this.sent} records were sent${this.#remedy}`);
      throw error;
    }
    this.sent += records.length;
    this.missing += missing;
    this.#next = records.at(-1)!.position + 1;
    this.#report();
  }

  /** Waits until the destination has everything, as far as it can tell. */
  async end(): Promise<void> {
    if (this.sent === 0) return;
    const limit = new AbortController();
    using _timer = this.#clock.timer(endLimitMs, () => limit.abort());
    const { stop, err } = this.#io;
    const hasAll = await this.#destination.end(AbortSignal.any([stop, limit.signal]));
    if (!hasAll) {
      err(
        `cim: ${this.#destination.name} did not confirm that it has read everything; ` +
          "the last records may be missing there",
      );
    }
  }

  async #untilAllowed(): Promise<void> {
    const dueMs = this.#start + this.sent / this.#rate * 1_000;
    const waitMs = dueMs - this.#clock.monotonic();
    if (waitMs > 0) await pause(this.#clock, waitMs, this.#io.stop);
  }

  async #deliver(records: readonly ReplayRecord[]): Promise<Delivery> {
    const { stop, err } = this.#io;
    const clock = this.#clock;
    const send = this.#destination.prepare(records);
    const sender = { send: (_: unknown, signal: AbortSignal) => send(signal) };
    const delays = backoff({ min: 100, max: 2_000 });
    const begun = clock.monotonic();
    for (let failures = 0;; failures++) {
      const delivery = await attempt(sender, undefined, stop);
      stop.throwIfAborted();
      // After a lost connection, records that were sent before may be missing too.
      const isFinal = delivery.status !== "retry" || delivery.reason === "connection_lost";
      if (isFinal || clock.monotonic() - begun >= patienceMs) return delivery;
      if (failures === 0) {
        err(printable(`cim: waiting for ${this.#destination.name}: ${reasonOf(delivery)}`));
      }
      await pause(clock, Math.max(delays.next(), delivery.afterMs ?? 0), stop);
      stop.throwIfAborted();
    }
  }

  /** How to go on, as the end of a text. */
  get #remedy(): string {
    return this.#next === undefined ? "" : `; continue with --from ${this.#next}`;
  }

  #failure(delivery: Delivery): AgentError {
    const isLost = delivery.status === "retry" && delivery.reason === "connection_lost";
    const doubt = isLost ? ", and the last of them may not have arrived" : "";
    return new AgentError(
      cliErrors.spool_replay_failed,
      `Cannot send all records to ${this.#destination.name}: ${reasonOf(delivery)}; ` +
        `${this.sent} were sent${doubt}${this.#remedy}`,
    );
  }

  #report(): void {
    const { isErrTerminal = false, err } = this.#io;
    const now = this.#clock.monotonic();
    if (!isErrTerminal || now - this.#reported < progressMs) return;
    this.#reported = now;
    const perSecond = Math.round(this.sent / (now - this.#start) * 1_000);
    err(`cim: ${this.sent} records sent, ${perSecond} a second`);
  }
}

function reasonOf(delivery: Delivery): string {
  if (delivery.status === "delivered") return "";
  const { reason, cause } = delivery;
  return cause === undefined ? reason : describeError(cause);
}
