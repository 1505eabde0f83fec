/**
 * What follows from a verdict: it is kept, in the history and in the ledger, and committed if the ledger
 * says so. Both outlive the agent in its own store; when that fails it is told and counted, and the agent
 * goes on with what it has in memory.
 *
 * @module
 */
import {
  type Clock,
  describeError,
  jsonCodec,
  type KeyValueStore,
  type Logger,
} from "../../core/mod.ts";
import {
  type ChangeSetKey,
  commitKey,
  levels,
  parseChangeSetKey,
  parseRevision,
  type Scope,
  statusKey,
} from "./change_set_key.ts";
import { type Baselines, CommitLedger, type LedgerSnapshot } from "./commit_ledger.ts";
import type { CommitWriter } from "./commit_writer.ts";
import type { ConfigStats } from "./config_stats.ts";
import { describeChange } from "./describe_change.ts";
import type { ChangeHistory } from "./history.ts";
import type { Verdict } from "./verdict.ts";

/** What a {@linkcode Settlement} works with. */
export interface SettlementOptions {
  readonly scope: Scope;
  readonly baselines: Baselines;
  readonly history: ChangeHistory;
  readonly writer: CommitWriter;
  readonly stats: ConfigStats;
  /** The agent's own store, for the ledger. */
  readonly state: KeyValueStore;
  readonly clock: Clock;
  readonly log: Logger;
}

const ledgerKey = "ledger";
const ledgerCodec = jsonCodec((value) => value as LedgerSnapshot);

/** Keeps and commits verdicts. */
export class Settlement {
  readonly #options: SettlementOptions;
  readonly #ledger: CommitLedger;
  #saving: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(options: SettlementOptions) {
    this.#options = options;
    this.#ledger = new CommitLedger(options.baselines);
  }

  /** Writes to the agent's own store that failed. */
  get stateFailures(): number {
    return this.#options.history.failures + this.#failures;
  }

  /** Takes up what an earlier life answered, and commits what it could not commit any more. */
  async restore(): Promise<void> {
    const { history, scope } = this.#options;
    await history.restore();
    await this.#restoreLedger();
    for (const record of history.list().reverse()) {
      const change = parseChangeSetKey(record.key, scope);
      if (!change || record.commit === undefined || record.state === "committed") continue;
      this.#commit(change, record.commit, undefined);
    }
  }

  /** Why a change-set need not be looked at; undefined when it must. */
  settledBefore(change: ChangeSetKey): string | undefined {
    return this.#ledger.settledBefore(change);
  }

  /** Keeps a verdict and commits what follows from it, until `giveUpAt` on the monotonic clock. */
  settle(change: ChangeSetKey, { outcome, reason }: Verdict, giveUpAt?: number): void {
    const { history, stats, clock, log } = this.#options;
    const { key } = change;
    stats.outcomes[outcome]++;
    const commit = this.#ledger.answer(change, outcome);
    this.#saveLedger();
    const settledAt = clock.now();
    history.update(key, { state: outcome, verdict: outcome, reason, settledAt, commit });
    const level = outcome === "applied" || outcome === "unused" ? "info" : "warn";
    log[level]("Change-set settled", { key, outcome, reason, commit });
    if (commit !== undefined) this.#commit(change, commit, giveUpAt);
  }

  /** Commits the revisions that the container started with, as far as they are known. */
  commitBaselines(baselines: Baselines): void {
    const { scope, writer, log } = this.#options;
    for (const level of levels) {
      const text = baselines[level];
      if (text === "") continue;
      const revision = parseRevision(text);
      if (revision === undefined) {
        log.warn(`Cannot commit the start revision of level ${level}: not an integer`, {
          revision: text,
        });
      } else if (this.#ledger.begin(level, revision)) {
        writer.write({
          key: commitKey(scope, level),
          value: String(revision),
          statusKey: statusKey(scope, level),
          detail: { revision, reason: "the container started with it" },
          onlyRaise: true,
        });
      }
    }
    this.#saveLedger();
  }

  /** Resolves when nothing is left to be written, or the signal aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.#options.writer.flush(signal);
    await Promise.all([this.#saving, this.#options.history.settled()]);
  }

  #commit(change: ChangeSetKey, value: string, giveUpAt: number | undefined): void {
    const { scope, writer, history, clock, log } = this.#options;
    const { key, level } = change;
    const record = history.get(key);
    writer.write({
      key: commitKey(scope, level),
      value,
      statusKey: statusKey(scope, level),
      detail: record ? describeChange(record) : { key, value },
      giveUpAt,
      onWritten: () => {
        history.update(key, { state: "committed", committedAt: clock.now() });
      },
      onAbandoned: (reason) => {
        log.warn("Verdict not committed", { key, value, reason });
        history.update(key, { reason: `not committed: ${reason}`, commit: undefined });
      },
    });
  }

  async #restoreLedger(): Promise<void> {
    const { state, history, log } = this.#options;
    try {
      const entry = await state.get(ledgerKey);
      if (!entry) return;
      for (const level of this.#ledger.restore(ledgerCodec.decode(entry.value))) {
        log.warn("Revisions started over: earlier answers are forgotten", { level });
        history.forget((record) => record.level === level);
      }
    } catch (error) {
      log.error(`Cannot restore answered revisions: ${describeError(error)}`);
    }
  }

  #saveLedger(): void {
    const { state, log } = this.#options;
    const snapshot = ledgerCodec.encode(this.#ledger.snapshot());
    this.#saving = this.#saving.then(async () => {
      try {
        await state.put(ledgerKey, snapshot);
      } catch (error) {
        this.#failures++;
        log.error(`Cannot keep answered revisions: ${describeError(error)}`);
      }
    });
  }
}
