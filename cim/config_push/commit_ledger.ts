/**
 * Which revisions have been answered. A commit key only rises: an answer for a revision below the highest
 * answered one changes nothing, except that a failure is always committed. An answered revision is not pushed
 * again, in this run of the agent or a later one.
 *
 * @module
 */
import { type ChangeSetKey, type Level, levels, parseRevision } from "../config_keys/mod.ts";
import { commitValue, type Outcome } from "./change_record.ts";

/** Revisions at container start, as text; empty when unknown. */
export type Baselines = Readonly<Record<Level, string>>;

/** The ledger as it is stored. */
export interface LedgerSnapshot {
  /** Baselines at the time of storing. */
  readonly baselines: Baselines;
  /** Highest answered revision by level. */
  readonly highest: Readonly<Record<string, number>>;
  /** Highest answered revision by `level/dataKey`. */
  readonly answered: Readonly<Record<string, number>>;
}

/** Most files whose answered revision is remembered; beyond that the oldest is forgotten. */
const maxFiles = 1_024;

/** Remembers answered revisions and decides what to commit. */
export class CommitLedger {
  readonly #baselines: Baselines;
  readonly #highest = new Map<Level, number>();
  readonly #answered = new Map<string, number>();

  /** Starts empty but for the baselines. */
  constructor(baselines: Baselines) {
    this.#baselines = baselines;
  }

  /**
   * Restores the answers of a previous run. When the baseline of a level changed to below its highest answer,
   * the level's revision counter was reset and its answers are dropped: returns such levels.
   */
  restore({ baselines, highest, answered }: LedgerSnapshot): Level[] {
    const restarted = levels.filter((level) => {
      const now = parseRevision(this.#baselines[level]);
      return now !== undefined && this.#baselines[level] !== baselines[level] &&
        now < (highest[level] ?? -1);
    });
    for (const level of levels) {
      if (restarted.includes(level)) continue;
      if (highest[level] !== undefined) this.#highest.set(level, highest[level]);
      for (const [file, revision] of Object.entries(answered)) {
        if (file.startsWith(`${level}/`)) this.#answered.set(file, revision);
      }
    }
    return restarted;
  }

  /** Why a change-set needs no work; undefined when it does. */
  settledBefore({ level, dataKey, revision }: ChangeSetKey): string | undefined {
    const baseline = parseRevision(this.#baselines[level]) ?? -1;
    if (revision <= baseline) return `the container started with revision ${baseline}`;
    const answered = this.#answered.get(`${level}/${dataKey}`) ?? -1;
    return revision <= answered ? `revision ${answered} has been answered` : undefined;
  }

  /** Records an answer. Returns the value to commit, or undefined when the commit key must not change. */
  answer({ level, dataKey, revision }: ChangeSetKey, outcome: Outcome): string | undefined {
    const file = `${level}/${dataKey}`;
    this.#remember(file, Math.max(revision, this.#answered.get(file) ?? -1));
    const value = commitValue(outcome, revision);
    if (value === undefined) return undefined;
    return this.#raise(level, revision) || outcome === "failed" ? value : undefined;
  }

  /** Records the revision at container start. Returns false when a higher one has been answered. */
  begin(level: Level, revision: number): boolean {
    return this.#raise(level, revision);
  }

  /** The ledger as it is now. */
  snapshot(): LedgerSnapshot {
    return {
      baselines: this.#baselines,
      highest: Object.fromEntries(this.#highest),
      answered: Object.fromEntries(this.#answered),
    };
  }

  #raise(level: Level, revision: number): boolean {
    if (revision < (this.#highest.get(level) ?? -1)) return false;
    this.#highest.set(level, revision);
    return true;
  }

  #remember(file: string, revision: number): void {
    this.#answered.delete(file);
    this.#answered.set(file, revision);
    if (this.#answered.size <= maxFiles) return;
    const oldest = this.#answered.keys().next().value;
    if (oldest !== undefined) this.#answered.delete(oldest);
  }
}
