import type { QueueContext } from "./_context.ts";
import type { LedgerEntry, LedgerFile } from "./_ledger.ts";

const intervalMs = 20;
const retryMs = 1_000;

/**
 * Writes the ledger of a queue in the background: at once after a pause, and at most every 20 ms, so a crash
 * repeats at most the blocks that were settled in 20 ms.
 */
export class LedgerKeeper {
  readonly #context: QueueContext;
  readonly #file: LedgerFile;
  readonly #read: () => LedgerEntry;
  readonly #onAttempt: (settled: number) => void;
  #isDirty = false;
  #isClosed = false;
  #running: Promise<void> | undefined;
  #timer: Disposable | undefined;
  #lastMs = -Infinity;

  /**
   * `read` returns what to write; `onAttempt` is called after each write, also if it failed, with what is settled
   * in it: a segment that is not removed because of a failing ledger would keep a full disk full.
   */
  constructor(
    context: QueueContext,
    file: LedgerFile,
    read: () => LedgerEntry,
    onAttempt: (settled: number) => void,
  ) {
    this.#context = context;
    this.#file = file;
    this.#read = read;
    this.#onAttempt = onAttempt;
  }

  /** Writes the ledger soon. */
  touch(): void {
    this.#isDirty = true;
    if (this.#running || this.#timer || this.#isClosed) return;
    this.#schedule(this.#lastMs + intervalMs - this.#context.clock.monotonic());
  }

  /** Writes the ledger now if it has changed. */
  async flush(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    await this.#running;
    if (this.#isDirty) await this.#start();
  }

  /** Writes the ledger a last time and closes it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#file.close();
  }

  #schedule(delayMs: number): void {
    if (delayMs <= 0) {
      this.#start();
      return;
    }
    this.#timer = this.#context.clock.timer(delayMs, () => {
      this.#timer = undefined;
      this.#start();
    });
  }

  /** Never rejects. */
  #start(): Promise<void> {
    return this.#running ??= this.#write().then((isWritten) => {
      this.#running = undefined;
      if (this.#isClosed || !this.#isDirty || this.#timer) return;
      this.#schedule(isWritten ? intervalMs : retryMs);
    });
  }

  async #write(): Promise<boolean> {
    this.#isDirty = false;
    const entry = this.#read();
    const isWritten = await this.#attempt(entry);
    if (!isWritten) this.#isDirty = true;
    this.#lastMs = this.#context.clock.monotonic();
    this.#onAttempt(entry.settled);
    return isWritten;
  }

  async #attempt(entry: LedgerEntry): Promise<boolean> {
    try {
      await this.#context.prepare();
      await this.#file.write(entry);
      this.#context.health.succeeded("ledger");
      return true;
    } catch (error) {
      this.#context.health.failed("ledger", error);
      return false;
    }
  }
}
