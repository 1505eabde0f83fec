/**
 * The spool of the agent: one folder for all routes, with counters, and in memory when the folder cannot be used.
 *
 * @module
 */
import {
  aborted,
  type Clock,
  describeError,
  type Logger,
  MemorySpool,
  Spool,
  type SpoolDurability,
  type SpoolEvent,
  type SpoolFs,
  type SpoolFullPolicy,
  type SpoolQueue,
} from "../../core/mod.ts";

/** Called with the number of stored records that a queue lost, and why. */
export type LossListener = (records: number, reason: string) => void;

/** Options of {@linkcode AgentSpool.open}. */
export interface AgentSpoolOptions {
  /** Folder of the spool. */
  readonly folder: string;
  /** Maximum bytes on disk. */
  readonly maxBytes: number;
  /** What stored records survive. */
  readonly durability: SpoolDurability;
  /** What happens when the bound is reached. */
  readonly whenFull: SpoolFullPolicy;
  /** Clock to use. */
  readonly clock: Clock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  /** Logger for events. */
  readonly log: Logger;
  /** Called with what is wrong; "" when nothing is. */
  readonly onHealth: (problem: string) => void;
  /** File operations to use. Default: those of the disk. */
  readonly fs?: SpoolFs;
}

/** Maximum bytes when records can only be kept in memory. */
const maxMemoryBytes = 67_108_864;
/** Time for the last writes when the time for the stop is spent, in milliseconds. */
const lastWriteMs = 300;

/** The spool of the agent. */
export class AgentSpool {
  /** Stored records that were lost, by queue and reason. */
  readonly lost = new Map<string, Map<string, number>>();
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #onHealth: (problem: string) => void;
  readonly #listeners = new Map<string, LossListener>();
  readonly #failing = new Map<string, string>();
  readonly #full = new Set<string>();
  readonly #durability: SpoolDurability;
  #unusable = "";
  #spool!: Spool | MemorySpool;

  private constructor({ durability, log, clock, onHealth }: AgentSpoolOptions) {
    this.#clock = clock;
    this.#durability = durability;
    this.#log = log;
    this.#onHealth = onHealth;
  }

  /** Opens the spool. It never fails: a folder that cannot be used leaves one in memory and a problem. */
  static async open(options: AgentSpoolOptions): Promise<AgentSpool> {
    const { folder, maxBytes, durability, whenFull, clock, random, fs } = options;
    const agent = new AgentSpool(options);
    const onEvent = (event: SpoolEvent) => agent.#observe(event);
    const common = { maxBytes, whenFull, clock, onEvent };
    try {
      agent.#spool = await Spool.open({ ...common, folder, durability, random, fs });
    } catch (error) {
      agent.#unusable = `${describeError(error)}; what waits is kept in memory only and is lost ` +
        "when the agent ends";
      const least = Math.min(maxBytes, maxMemoryBytes);
      agent.#spool = new MemorySpool({ ...common, maxBytes: least });
    }
    agent.#report();
    return agent;
  }

  /** Whether what is stored survives the process. */
  get isDurable(): boolean {
    return this.#unusable === "" && this.#durability !== "memory";
  }

  /** What can be lost at most, in plain words. */
  get lossWindow(): string {
    return this.#spool.lossWindow;
  }

  /** Bytes that are used of the bound. */
  get bytes(): number {
    return this.#spool.bytes;
  }

  /** The bound in bytes. */
  get maxBytes(): number {
    return this.#spool.maxBytes;
  }

  /** All queues. */
  get queues(): ReadonlyMap<string, SpoolQueue> {
    return this.#spool.queues;
  }

  /** The queue with this name. `onLost` is called when stored records of it are given up or found damaged. */
  queue(name: string, onLost: LossListener): SpoolQueue {
    this.#listeners.set(name, onLost);
    return this.#spool.queue(name);
  }

  /**
   * Writes what is in memory and closes the files. A disk that hangs gets 300 ms after `signal` aborts; what is not
   * written then is counted as lost.
   */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#spool instanceof MemorySpool) return await this.#spool.close();
    const limit = new AbortController();
    using stop = aborted(signal);
    using timers = new DisposableStack();
    stop.then(() => {
      if (!timers.disposed) timers.use(this.#clock.timer(lastWriteMs, () => limit.abort()));
    });
    await this.#spool.close(limit.signal);
  }

  #observe(event: SpoolEvent): void {
    switch (event.kind) {
      case "dropped":
        if (event.isStored) this.#lose(event.queue, event.records, event.reason);
        return;
      case "damaged":
        this.#log.error("Damaged records in the spool were left out", { ...event });
        return this.#lose(event.queue, event.records, "spool_damaged");
      case "repaired":
        return this.#log.info("The spool was repaired; no stored record was lost", { ...event });
      case "foreign":
        return this.#log.warn("A file in the spool does not belong there and is left", {
          ...event,
        });
      case "failing":
        this.#failing.set(event.queue, describeError(event.cause));
        return this.#report();
      case "recovered":
        this.#failing.delete(event.queue);
        return this.#report();
      case "full":
        this.#full.add(event.queue);
        return this.#report();
      case "room":
        this.#full.delete(event.queue);
        return this.#report();
    }
  }

  #lose(queue: string, records: number, reason: string): void {
    const reasons = this.lost.get(queue) ?? new Map<string, number>();
    this.lost.set(queue, reasons.set(reason, (reasons.get(reason) ?? 0) + records));
    this.#listeners.get(queue)?.(records, reason);
  }

  #report(): void {
    const [failing] = this.#failing.values();
    const problems = [
      this.#unusable,
      failing === undefined ? "" : `Cannot write to the spool: ${failing}; free space or correct ` +
        "the permissions; records are kept in memory until then",
      this.#full.size === 0 ? "" : `The spool is full: ${[...this.#full].join(", ")} cannot send ` +
        "what waits; make the destination work or raise `spool.max_size`",
    ];
    this.#onHealth(problems.filter((problem) => problem !== "").join("; "));
  }
}
