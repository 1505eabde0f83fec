/**
 * Which revisions have been answered or sent. A commit key only rises: an answer for a revision below the highest
 * answered one changes nothing, except that a failure is always committed.
 *
 * What needs no work any more, in this run of the agent or a later one: a revision up to the highest that the
 * receiver answered for the same file; a revision below the highest that was sent for the same file, because
 * patches build on one another; and a change-set that the agent itself settled, which says nothing about other
 * revisions.
 *
 * @module
 */
import {
  type ChangeSetKey,
  type CommitTarget,
  commitTargets,
  type Level,
  levels,
  parseRevision,
} from "../config_keys/mod.ts";
import { commitValue, type Verdict } from "./change_record.ts";

/** Revisions at container start, as text; empty when unknown. */
export type Baselines = Readonly<Record<Level, string>>;

/** The ledger as it is stored. */
export interface LedgerSnapshot {
  /** Baselines at the time of storing. */
  readonly baselines: Baselines;
  /** Highest answered revision by level, and by `cim` for the ConfigMap that the agent owns. */
  readonly highest: Readonly<Record<string, number>>;
  /** Highest answered revision by `level/dataKey`, or `cim/dataKey`. */
  readonly answered: Readonly<Record<string, number>>;
  /** `level/dataKey/revision` of the change-sets that the agent settled itself. Missing in early versions. */
  readonly closed?: readonly string[];
}

/** Why a change-set needs no work. */
export interface SettledBefore {
  readonly reason: string;
  /** Whether it is lost: it arrived after a later change-set of the same file had been sent. */
  readonly isOutOfOrder: boolean;
}

/** Most files remembered; beyond that the oldest is forgotten. */
const maxFiles = 1_024;
/** Most change-sets settled by the agent that are remembered; beyond that the oldest is forgotten. */
const maxClosed = 512;

/** Remembers answered and sent revisions, and decides what to commit. */
export class CommitLedger {
  readonly #baselines: Baselines;
  readonly #targetOf: (change: ChangeSetKey) => CommitTarget;
  readonly #highest = new Map<CommitTarget, number>();
  readonly #answered = new Map<string, number>();
  readonly #closed = new Set<string>();
  /** Revisions that the application may have, by `level/dataKey`. Restored from the history. */
  readonly #sent = new Map<string, Set<number>>();

  #ownBaseline = "";

  /**
   * Starts empty but for the baselines.
   *
   * @param targetOf Returns where a change-set is committed. Default: always to the key of its level.
   */
  constructor(
    baselines: Baselines,
    targetOf: (change: ChangeSetKey) => CommitTarget = ({ level }) => level,
  ) {
    this.#baselines = baselines;
    this.#targetOf = targetOf;
  }

  /**
   * Takes the revision of the ConfigMap that the agent owns, which is known only after the start. When it is below the
   * highest answer, the ConfigMap was created anew and its answers are dropped.
   */
  setOwnBaseline(revision: number): void {
    this.#ownBaseline = String(revision);
    if (revision >= (this.#highest.get("cim") ?? -1)) return;
    this.#highest.delete("cim");
    for (const file of this.#answered.keys()) {
      if (file.startsWith("cim/")) this.#answered.delete(file);
    }
    for (const id of this.#closed) if (id.startsWith("cim/")) this.#closed.delete(id);
    for (const file of this.#sent.keys()) if (file.startsWith("cim/")) this.#sent.delete(file);
  }

  /**
   * Restores the answers of a previous run. When the baseline of a level changed to below its highest answer,
   * the level's revision counter was reset and its answers are dropped: returns such levels.
   */
  restore({ baselines, highest, answered, closed = [] }: LedgerSnapshot): Level[] {
    const reset: CommitTarget[] = levels.filter((level) => {
      const now = parseRevision(this.#baselines[level]);
      return now !== undefined && this.#baselines[level] !== baselines[level] &&
        now < (highest[level] ?? -1);
    });
    for (const target of commitTargets.filter((target) => !reset.includes(target))) {
      if (highest[target] !== undefined) this.#highest.set(target, highest[target]);
      for (const [file, revision] of Object.entries(answered)) {
        if (file.startsWith(`${target}/`)) this.#answered.set(file, revision);
      }
      for (const key of closed) if (key.startsWith(`${target}/`)) this.#closed.add(key);
    }
    return levels.filter((level) => reset.includes(level));
  }

  /** Why a change-set needs no work; undefined when it does. */
  settledBefore(change: ChangeSetKey): SettledBefore | undefined {
    const { revision } = change;
    const target = this.#targetOf(change);
    const start = target === "cim" ? this.#ownBaseline : this.#baselines[target];
    const baseline = parseRevision(start) ?? -1;
    if (revision <= baseline) return done(`the container started with revision ${baseline}`);
    if (this.#closed.has(this.#idOf(change))) return done("it has been settled");
    const answered = this.#answered.get(this.#fileOf(change)) ?? -1;
    if (revision <= answered) return done(`revision ${answered} has been answered`);
    const sent = Math.max(-1, ...this.#sent.get(this.#fileOf(change)) ?? []);
    if (revision >= sent) return undefined;
    return { reason: `revision ${sent} of the file has been sent`, isOutOfOrder: true };
  }

  /**
   * Records a verdict. Returns the value to commit, or undefined when the commit key must not change.
   *
   * @param wasSent Whether the change-set was sent, so that it must not be sent again when its key reappears.
   */
  answer(
    change: ChangeSetKey,
    { outcome, isConfirmed }: Pick<Verdict, "outcome" | "isConfirmed">,
    { wasSent = true }: { wasSent?: boolean } = {},
  ): string | undefined {
    const { revision } = change;
    const value = commitValue(outcome, revision);
    if (isConfirmed) this.#remember(this.#fileOf(change), revision);
    else if (wasSent || value !== undefined) this.#close(this.#idOf(change));
    if (value === undefined) return undefined;
    return this.#raise(this.#targetOf(change), revision) || outcome === "failed"
      ? value
      : undefined;
  }

  /** Records that the application may have the change-set. */
  markSent(change: ChangeSetKey): void {
    const file = this.#fileOf(change);
    const revisions = this.#sent.get(file) ?? new Set();
    this.#sent.delete(file);
    this.#sent.set(file, revisions.add(change.revision));
    // Only the highest ones can block others.
    if (revisions.size > 8) revisions.delete(Math.min(...revisions));
    trim(this.#sent, maxFiles);
  }

  /** Takes {@linkcode markSent} back: the application does not have the change-set. */
  unmarkSent(change: ChangeSetKey): void {
    this.#sent.get(this.#fileOf(change))?.delete(change.revision);
  }

  /** Records the revision at container start. Returns false when a higher one has been answered. */
  begin(target: CommitTarget, revision: number): boolean {
    return this.#raise(target, revision);
  }

  /** The ledger as it is now. */
  snapshot(): LedgerSnapshot {
    return {
      baselines: this.#baselines,
      highest: Object.fromEntries(this.#highest),
      answered: Object.fromEntries(this.#answered),
      closed: [...this.#closed],
    };
  }

  #raise(target: CommitTarget, revision: number): boolean {
    if (revision < (this.#highest.get(target) ?? -1)) return false;
    this.#highest.set(target, revision);
    return true;
  }

  #fileOf(change: ChangeSetKey): string {
    return `${this.#targetOf(change)}/${change.dataKey}`;
  }

  #idOf(change: ChangeSetKey): string {
    return `${this.#fileOf(change)}/${change.revision}`;
  }

  #remember(file: string, revision: number): void {
    const highest = Math.max(revision, this.#answered.get(file) ?? -1);
    this.#answered.delete(file);
    this.#answered.set(file, highest);
    trim(this.#answered, maxFiles);
  }

  #close(id: string): void {
    this.#closed.delete(id);
    this.#closed.add(id);
    trim(this.#closed, maxClosed);
  }
}

function done(reason: string): SettledBefore {
  return { reason, isOutOfOrder: false };
}

/** Removes the oldest member of a collection that is too large. */
function trim(collection: Map<string, unknown> | Set<string>, maxSize: number): void {
  if (collection.size <= maxSize) return;
  const oldest = collection.keys().next().value;
  if (oldest !== undefined) collection.delete(oldest);
}
