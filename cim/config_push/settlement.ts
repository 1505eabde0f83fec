/**
 * Handles verdicts: records each in the history and in the ledger, and commits it if the ledger says so. Both are
 * kept in the agent's own store; a failed write is logged and counted, and the agent continues with its memory.
 *
 * @module
 */
import { type Clock, jsonCodec, type KeyValueStore, type Logger } from "../../core/mod.ts";
import {
  type ChangeSetKey,
  commitKey,
  levels,
  parseChangeSetKey,
  parseRevision,
  type Scope,
  statusKey,
} from "../config_keys/mod.ts";
import { describeChange, type Verdict } from "./change_record.ts";
import { type Baselines, CommitLedger, type LedgerSnapshot } from "./commit_ledger.ts";
import type { CommitWriter } from "./commit_writer.ts";
import type { ConfigStats } from "./config_stats.ts";
import type { ChangeHistory } from "./history.ts";

/** Options of {@linkcode Settlement}. */
export interface SettlementOptions {
  readonly scope: Scope;
  readonly baselines: Baselines;
  readonly history: ChangeHistory;
  readonly writer: CommitWriter;
  readonly stats: ConfigStats;
  /** The agent's own store; keeps the ledger. */
  readonly state: KeyValueStore;
  readonly clock: Clock;
  readonly log: Logger;
}

const ledgerKey = "ledger";
const ledgerCodec = jsonCodec((value) => value as LedgerSnapshot);

/** Records and commits verdicts. */
export class Settlement {
  readonly #options: SettlementOptions;
  readonly #ledger: CommitLedger;
  #saving: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(options: SettlementOptions) {
    this.#options = options;
    this.#ledger = new CommitLedger(options.baselines);
  }

  /** Number of failed writes to the agent's own store. */
  get stateFailures(): number {
    return this.#options.history.failures + this.#failures;
  }

  /** Restores the answers of a previous run and commits those that it did not commit. */
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

  /** Why a change-set needs no work; undefined when it does. */
  settledBefore(change: ChangeSetKey): string | undefined {
    return this.#ledger.settledBefore(change);
  }

  /** Records a verdict and commits it, with retries until `giveUpAt` on the clock's `monotonic`. */
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

  /** Commits the revisions at container start, as far as they are known. */
  commitBaselines(baselines: Baselines): void {
    const { scope, writer, log } = this.#options;
    for (const level of levels) {
      const text = baselines[level];
      if (text === "") continue;
      const revision = parseRevision(text);
      if (revision === undefined) {
        log.warn(`Cannot commit the start revision of level ${level}: it is not an integer`, {
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

  /** Resolves when everything is written or the signal aborts. */
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
        log.warn("Revisions were reset; dropping earlier answers", { level });
        history.forget((record) => record.level === level);
      }
    } catch (error) {
      log.error("Cannot restore the commit ledger; starting with an empty one", { error });
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
        log.error("Cannot persist the commit ledger", { error });
      }
    });
  }
}
