/**
 * A folder of queues under one bound.
 *
 * @module
 */
import { aborted, systemClock } from "../async/mod.ts";
import { AgentError, describeError } from "../errors/mod.ts";
import { bytes } from "../units/mod.ts";
import { BufferPool } from "./_buffer_pool.ts";
import { Budget } from "./_budget.ts";
import { Health, type QueueContext } from "./_context.ts";
import { segmentOverhead } from "./_format.ts";
import { ledgerBytes } from "./_ledger.ts";
import { Quarantine, quarantineName } from "./_quarantine.ts";
import { Queue } from "./_queue.ts";
import { nothingRecovered, positionBeyond, type Recovered, recoverQueue } from "./_recovery.ts";
import { spoolErrors } from "./errors.ts";
import { diskFs, type SpoolFs, type SpoolLock } from "./fs.ts";
import type { SpoolDurability, SpoolOptions, SpoolQueue } from "./options.ts";

const lockName = "lock";
const ownerBytes = 16;
const maxQueues = 64;
const segmentShare = 1 / 16;
/** Room for at least one small block beside the fixed files. */
const minBytes = 1_024;

type Settings = Required<Omit<SpoolOptions, "maxBytes" | "segmentBytes" | "memoryBytes">> & {
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly memoryBytes: number;
};

/**
 * A bounded queue on the disk, or several under one bound.
 *
 * @example
 * ```ts
 * import { Spool } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using spool = await Spool.open({ folder, maxBytes: "64MiB" });
 *   const result = await spool.queue("logs").append(new TextEncoder().encode("a\nb\n"), 2);
 *   assert.deepEqual(result, { status: "stored", position: 1, isDurable: true });
 * }
 * await using spool = await Spool.open({ folder, maxBytes: "64MiB" });
 * const queue = spool.queue("logs");
 * const block = await queue.take(AbortSignal.timeout(1_000));
 * assert(block);
 * assert.deepEqual([queue.inherited, new TextDecoder().decode(block.data)], [2, "a\nb\n"]);
 * queue.settle(block);
 * ```
 */
export class Spool implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #buffers = new BufferPool();
  readonly #budget: Budget;
  readonly #quarantine: Quarantine;
  readonly #queues = new Map<string, Queue>();
  #lock: SpoolLock | undefined;
  #closing: Promise<void> | undefined;

  private constructor(settings: Settings) {
    this.#settings = settings;
    this.#budget = new Budget(settings.maxBytes);
    this.#quarantine = new Quarantine(settings.fs, settings.folder, this.#budget);
  }

  /**
   * Opens the spool in a folder, and repairs what a crash or a disk has damaged; damage is reported as events. With
   * durability `memory`, a folder that cannot be used is reported too, and the spool works without it.
   *
   * @throws {RangeError} When a size is out of range.
   * @throws {AgentError} `spool_in_use` when another process or spool uses the folder, `spool_unusable` when the folder
   * cannot be created, listed or locked.
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(check(options));
    try {
      await spool.#recover();
    } catch (error) {
      spool.#lock?.release();
      throw error;
    }
    return spool;
  }

  /** The queues by name: those found in the folder, and those that were asked for. */
  get queues(): ReadonlyMap<string, SpoolQueue> {
    return this.#queues;
  }

  /** Bytes of all files, and of what is reserved for those that are being written. At most `maxBytes`. */
  get bytes(): number {
    return this.#budget.used;
  }

  /** The bound in bytes. */
  get maxBytes(): number {
    return this.#budget.maxBytes;
  }

  /** What can be lost at most, in plain words. */
  get lossWindow(): string {
    return lossWindows[this.#settings.durability];
  }

  /**
   * The queue with this name; an empty one if it is new.
   *
   * @throws {TypeError} When the name is not `[a-z][a-z0-9_]*` or is reserved, or the spool is closed.
   * @throws {RangeError} When there are 64 queues already.
   */
  queue(name: string): SpoolQueue {
    const existing = this.#queues.get(name);
    if (existing) return existing;
    if (!isQueueName(name)) {
      throw new TypeError(`Cannot open queue "${name}": a name has only a-z, 0-9 and _`);
    }
    if (this.#closing) throw new TypeError(`Cannot open queue "${name}": the spool is closed`);
    if (this.#queues.size >= maxQueues) {
      throw new RangeError(`Cannot open queue "${name}": a spool has at most ${maxQueues} queues`);
    }
    const context = this.#contextOf(name);
    if (this.#settings.durability !== "memory") this.#budget.take(context.user, ledgerBytes);
    return this.#add(context, nothingRecovered);
  }

  /** Writes everything to the disk itself, or tries to; failures are reported as events. */
  async flush(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.flush()));
  }

  /**
   * Ends all waits, writes what is in memory, closes the files and releases the folder. Idempotent.
   *
   * When `signal` aborts first, for a disk that hangs, it returns: blocks that are not written by then are reported as
   * dropped with the reason `spool_failed`, and the folder stays locked until the disk answers or the process ends.
   */
  close(signal?: AbortSignal): Promise<void> {
    this.#closing ??= this.#close();
    return signal === undefined ? this.#closing : this.#closeUntil(this.#closing, signal);
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeUntil(closing: Promise<void>, signal: AbortSignal): Promise<void> {
    using stop = aborted(signal);
    const isClosed = await Promise.race([closing.then(() => true), stop.then(() => false)]);
    if (isClosed) return;
    closing.catch((cause) => this.#settings.onEvent({ kind: "failing", queue: "", cause }));
    for (const queue of this.#queues.values()) queue.giveUp();
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    this.#lock?.release();
  }

  async #recover(): Promise<void> {
    const { fs, folder, durability, onEvent } = this.#settings;
    let names: readonly { name: string; isFolder: boolean }[];
    try {
      await fs.makeFolder(folder);
      this.#lock = await lock(fs, folder);
      await this.#quarantine.open();
      names = await fs.list(folder);
    } catch (error) {
      const isOurs = error instanceof AgentError;
      const failure = isOurs ? error : unusable(folder, error);
      if (durability !== "memory") throw failure;
      onEvent({ kind: "failing", queue: "", cause: failure });
      return;
    }
    this.#budget.take({ bytes: 0 }, ownerBytes);
    for (const { name, isFolder } of names.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
      if (isFolder && isQueueName(name) && this.#queues.size < maxQueues) {
        const context = this.#contextOf(name);
        this.#add(context, await recoverFrom(context));
      } else if (name !== lockName && name !== quarantineName) {
        onEvent({ kind: "foreign", path: `${folder}/${name}` });
      }
    }
  }

  #add(context: QueueContext, recovered: Recovered): Queue {
    this.#budget.addUser(context.user);
    const queue = new Queue(context, {
      whenFull: this.#settings.whenFull,
      makeRoom: () => this.#makeRoom(),
    }, recovered);
    this.#queues.set(context.name, queue);
    return queue;
  }

  #makeRoom(): boolean {
    const queues = [...this.#queues.values()];
    // All of them, not only the first.
    if (queues.map((queue) => queue.reclaim()).includes(true)) return true;
    if (this.#settings.whenFull !== "drop_oldest") return false;
    return queues.toSorted((a, b) => b.bytes - a.bytes).some((queue) => queue.evict());
  }

  #contextOf(name: string): QueueContext {
    const { fs, folder, clock, random, durability, segmentBytes, memoryBytes, onEvent } =
      this.#settings;
    const path = `${folder}/${name}`;
    let prepared: Promise<void> | undefined;
    async function makeFolder(): Promise<void> {
      await fs.makeFolder(path);
      if (durability === "power") await fs.syncFolder(folder);
    }
    return {
      name,
      folder: path,
      prepare: () =>
        prepared ??= makeFolder().catch((error) => {
          prepared = undefined;
          throw error;
        }),
      fs,
      clock,
      random,
      durability,
      segmentBytes,
      buffers: this.#buffers,
      budget: this.#budget,
      memoryShare: () => Math.floor(memoryBytes / this.#queues.size),
      user: { bytes: 0 },
      quarantine: this.#quarantine,
      health: new Health(name, onEvent),
      report: onEvent,
    };
  }
}

const lossWindows: Readonly<Record<SpoolDurability, string>> = Object.freeze({
  memory: "Stored records are kept in memory only: they are lost when the process ends.",
  process:
    "Stored records survive a crash of the process. A crash of the machine or a power cut can lose those of " +
    "about the last 30 seconds, which the operating system has not written to the disk yet.",
  power:
    "Stored records survive a crash of the process, a crash of the machine and a power cut: nothing that was " +
    "reported as stored is lost.",
});

function check(options: SpoolOptions): Settings {
  const {
    maxBytes = "1GiB",
    segmentBytes = "16MiB",
    memoryBytes = "16MiB",
    durability = "process",
    whenFull = "block",
    fs = diskFs,
    clock = systemClock,
    random = Math.random,
    onEvent = () => {},
  } = options;
  const max = bytes(maxBytes, "maxBytes", { min: minBytes });
  const segment = bytes(segmentBytes, "segmentBytes", { min: segmentOverhead, max: 2 ** 31 });
  return {
    folder: options.folder,
    maxBytes: max,
    segmentBytes: Math.min(segment, Math.floor(max * segmentShare)),
    memoryBytes: bytes(memoryBytes, "memoryBytes"),
    durability,
    whenFull,
    fs,
    clock,
    random,
    onEvent,
  };
}

function isQueueName(name: string): boolean {
  return /^[a-z][a-z0-9_]{0,63}$/.test(name) && name !== quarantineName && name !== lockName;
}

async function lock(fs: SpoolFs, folder: string): Promise<SpoolLock> {
  const owner = await fs.lock(`${folder}/${lockName}`, `${Deno.pid}\n`.padStart(ownerBytes));
  if (typeof owner !== "string") return owner;
  const pid = owner.trim();
  throw new AgentError(
    spoolErrors.spool_in_use,
    `Cannot open the spool in ${folder}: ${pid ? `process ${pid}` : "another process"} uses it; ` +
      "stop that process or use another folder",
  );
}

function unusable(folder: string, cause: unknown): AgentError {
  return new AgentError(
    spoolErrors.spool_unusable,
    `Cannot open the spool in ${folder}: ${
      describeError(cause)
    }; check the path, its permissions and the disk`,
    { cause },
  );
}

/** Recovers a queue. With an unreadable folder it starts empty, with numbers above all that may be in there. */
async function recoverFrom(context: QueueContext): Promise<Recovered> {
  try {
    return await recoverQueue(context);
  } catch (error) {
    context.health.failed("read", error);
    const position = positionBeyond(context.clock.now());
    return { ...nothingRecovered, settled: position, next: position };
  }
}
