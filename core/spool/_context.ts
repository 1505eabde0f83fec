/**
 * What the parts of one queue share.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";
import { describeError } from "../errors/mod.ts";
import type { BufferPool } from "./_buffer_pool.ts";
import type { Budget, BudgetUser } from "./_budget.ts";
import type { Quarantine } from "./_quarantine.ts";
import type { SpoolEvent } from "./events.ts";
import type { SpoolFs } from "./fs.ts";
import type { SpoolDurability } from "./options.ts";

/** What the parts of one queue share. */
export interface QueueContext {
  readonly name: string;
  /** Folder of the queue. */
  readonly folder: string;
  /** Makes sure that the folder exists. */
  readonly prepare: () => Promise<void>;
  readonly fs: SpoolFs;
  readonly clock: Clock;
  readonly random: () => number;
  readonly durability: SpoolDurability;
  readonly segmentBytes: number;
  readonly buffers: BufferPool;
  readonly budget: Budget;
  /** Bytes of memory that the queue may use for blocks that are written, and again for those that are not. */
  readonly memoryShare: () => number;
  readonly user: BudgetUser;
  readonly quarantine: Quarantine;
  readonly health: Health;
  readonly report: (event: SpoolEvent) => void;
}

/** Kinds of work on files that can fail on their own. */
type Work = "write" | "read" | "ledger" | "remove";

/** Which work on the files of a queue fails; reports changes. */
export class Health {
  readonly #queue: string;
  readonly #report: (event: SpoolEvent) => void;
  readonly #failures = new Map<Work, unknown>();

  /** Starts healthy. */
  constructor(queue: string, report: (event: SpoolEvent) => void) {
    this.#queue = queue;
    this.#report = report;
  }

  /** The error of the work that fails; undefined when none does. */
  get failure(): unknown {
    for (const error of this.#failures.values()) return error;
    return undefined;
  }

  /** Notes a failure. */
  failed(work: Work, cause: unknown): void {
    const previous = this.#failures.get(work);
    this.#failures.set(work, cause);
    if (previous !== undefined && describeError(previous) === describeError(cause)) return;
    this.#report({ kind: "failing", queue: this.#queue, cause });
  }

  /** Notes a success. */
  succeeded(work: Work): void {
    if (!this.#failures.delete(work) || this.#failures.size > 0) return;
    this.#report({ kind: "recovered", queue: this.#queue });
  }
}
