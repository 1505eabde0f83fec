/**
 * Which revisions have been answered. A commit key only rises: an answer for a revision below the highest
 * answered one changes nothing, except that a failure is always told. What has been answered is not pushed
 * again, in this life of the agent or a later one.
 *
 * @module
 */
import { type ChangeSetKey, type Level, levels, parseRevision } from "./change_set_key.ts";
import { commitValue, type Outcome } from "./verdict.ts";

/** Revisions that the container started with, as texts; empty when they are not known. */
export type Baselines = Readonly<Record<Level, string>>;

/** The ledger as it is stored. */
export interface LedgerSnapshot {
  /** The baselines it was kept with. */
  readonly baselines: Baselines;
  /** Highest answered revision by level. */
  readonly highest: Readonly<Record<string, number>>;
  /** Highest answered revision by `level/dataKey`. */
  readonly answered: Readonly<Record<string, number>>;
}

/** Files whose answered revision is remembered one by one; beyond that the oldest is forgotten. */
const maxFiles = 1_024;

/** Remembers answers. */
export class CommitLedger {
  readonly #baselines: Baselines;
  readonly #highest = new Map<Level, number>();
  readonly #answered = new Map<string, number>();

  /** Begins with what the container started with. */
  constructor(baselines: Baselines) {
    this.#baselines = baselines;
  }

  /**
   * Carries on from an earlier life. When a level's baseline has changed to below what was answered, its
   * counter started over, and what was answered before no longer means anything: returns such levels.
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

  /** Why a change-set need not be looked at; undefined when it must. */
  settledBefore({ level, dataKey, revision }: ChangeSetKey): string | undefined {
    const baseline = parseRevision(this.#baselines[level]) ?? -1;
    if (revision <= baseline) return `the container started with revision ${baseline}`;
    const answered = this.#answered.get(`${level}/${dataKey}`) ?? -1;
    return revision <= answered ? `revision ${answered} has been answered` : undefined;
  }

  /** Takes an answer and returns what must be committed, or undefined when the key stays as it is. */
  answer({ level, dataKey, revision }: ChangeSetKey, outcome: Outcome): string | undefined {
    const file = `${level}/${dataKey}`;
    this.#remember(file, Math.max(revision, this.#answered.get(file) ?? -1));
    const value = commitValue(outcome, revision);
    if (value === undefined) return undefined;
    return this.#raise(level, revision) || outcome === "failed" ? value : undefined;
  }

  /** Takes the revision the container started with; false when the key stands higher already. */
  begin(level: Level, revision: number): boolean {
    return this.#raise(level, revision);
  }

  /** The ledger as it stands. */
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
