/**
 * Handles verdicts: records each in the history and in the ledger, in one transaction of the agent's own store,
 * and commits it if the ledger says so. The transaction ends before the call returns, so a verdict is durable
 * before the NATS server answers a later PING of the same connection. A failed write is logged and counted, and
 * the agent continues with its memory.
 *
 * @module
 */
import {
  type Clock,
  jsonCodec,
  type KeyValueStore,
  type Logger,
  type Operation,
} from "../../core/mod.ts";
import {
  type ChangeSetKey,
  commitKey,
  type CommitTarget,
  commitTargets,
  levels,
  ownDataKey,
  parseChangeSetKey,
  parseRevision,
  type Scope,
  statusKey,
} from "../config_keys/mod.ts";
import {
  type ChangeRecord,
  describeChange,
  failureValue,
  isPending,
  mayHaveArrived,
  type Verdict,
} from "./change_record.ts";
import {
  type Baselines,
  CommitLedger,
  type LedgerSnapshot,
  type SettledBefore,
} from "./commit_ledger.ts";
import type { CommitWriter } from "./commit_writer.ts";
import type { ConfigStats } from "./config_stats.ts";
import type { ChangeHistory } from "./history.ts";
import { type RaiseEvent, VerdictEvents } from "./verdict_events.ts";

/** Options of {@linkcode Settlement}. */
export interface SettlementOptions {
  readonly scope: Scope;
  readonly baselines: Baselines;
  readonly history: ChangeHistory;
  readonly writer: CommitWriter;
  readonly stats: ConfigStats;
  /** Returns where a change-set is committed. Default: always to the key of its level. */
  readonly targetOf?: (change: ChangeSetKey) => CommitTarget;
  /** The agent's own store; keeps the ledger. */
  readonly state: KeyValueStore;
  /** Takes the events about verdicts and commits. */
  readonly raise: RaiseEvent;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The members of a record that its events depend on. */
type Settled = Pick<ChangeRecord, "verdict" | "isConfirmed"> & Partial<Pick<ChangeRecord, "state">>;

const ledgerKey = "ledger";
const ledgerCodec = jsonCodec((value) => value as LedgerSnapshot);

/** Records and commits verdicts. */
export class Settlement {
  /** Answered and sent revisions. */
  readonly ledger: CommitLedger;
  readonly #options: SettlementOptions;
  readonly #targetOf: (change: ChangeSetKey) => CommitTarget;
  #saving: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(options: SettlementOptions) {
    this.#options = options;
    this.#targetOf = options.targetOf ?? (({ level }) => level);
    this.ledger = new CommitLedger(options.baselines, this.#targetOf);
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
    for (const record of history.list()) this.#endReplay(record);
    const records = history.list().reverse();
    for (const record of records.filter(mayHaveArrived)) {
      const change = parseChangeSetKey(record.key, scope);
      if (change) this.ledger.markSent(change);
    }
    const targetOf = ({ key }: ChangeRecord) => {
      const change = parseChangeSetKey(key, scope);
      return change && this.#targetOf(change);
    };
    for (const target of commitTargets) {
      const settled = records.filter((record) => targetOf(record) === target)
        .sort((a, b) => (a.settledAt ?? 0) - (b.settledAt ?? 0));
      for (const record of uncommitted(settled)) {
        const change = parseChangeSetKey(record.key, scope);
        if (change && record.commit !== undefined) this.#commit(change, record.commit, record);
      }
    }
  }

  /** Why a change-set needs no work; undefined when it does. */
  settledBefore(change: ChangeSetKey): SettledBefore | undefined {
    return this.ledger.settledBefore(change);
  }

  /**
   * Records a verdict and commits it.
   *
   * @param isReplay Whether it was pushed again after it had an outcome: then a failure commits nothing, because the
   * application may still have what it applied before.
   */
  settle(
    change: ChangeSetKey,
    verdict: Verdict,
    { isReplay = false }: { isReplay?: boolean } = {},
  ): void {
    const { history, stats, clock, log } = this.#options;
    const { outcome, reason, isConfirmed } = verdict;
    const { key } = change;
    stats.outcomes[outcome]++;
    const record = history.get(key);
    const wasSent = record !== undefined && mayHaveArrived(record);
    const isFailedReplay = isReplay && outcome !== "applied" && outcome !== "unused";
    const commit = isFailedReplay ? undefined : this.ledger.answer(change, verdict, { wasSent });
    const unwritten = record?.state === "committed" ? undefined : record?.commit;
    const settled = { verdict: outcome, isConfirmed };
    history.update(key, {
      ...settled,
      state: outcome,
      reason,
      settledAt: clock.now(),
      commit: commit ?? unwritten,
    }, [this.#ledgerWrite()]);
    const level = outcome === "applied" || outcome === "unused" ? "info" : "warn";
    log[level]("Change-set settled", { key, outcome, reason, commit });
    if (commit !== undefined) this.#commit(change, commit, settled);
    else this.#events(change, settled).settled();
  }

  /** Commits the revisions at container start, as far as they are known. */
  commitBaselines(baselines: Baselines): void {
    const { log } = this.#options;
    for (const level of levels) {
      const text = baselines[level];
      if (text === "") continue;
      const revision = parseRevision(text);
      if (revision === undefined) {
        log.warn(`Cannot commit the start revision of level ${level}: it is not an integer`, {
          revision: text,
        });
      } else this.#commitStart(level, revision, "the container started with it");
    }
    this.#saveLedger();
  }

  /** Commits the revision of the ConfigMap that the agent owns. One that is no integer is never written. */
  commitOwn(text: string): void {
    const revision = parseRevision(text);
    if (revision === undefined) {
      const { log } = this.#options;
      log.warn("Cannot commit the revision of the own ConfigMap: it is not an integer", {
        revision: text,
      });
      return;
    }
    this.ledger.setOwnBaseline(revision);
    this.#commitStart("cim", revision, "the ConfigMap has it");
    this.#saveLedger();
  }

  /** Resolves when everything is written or the signal aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.#options.writer.flush(signal);
    await Promise.all([this.#saving, this.#options.history.settled()]);
  }

  /** A replay that the previous run did not finish ends with the outcome before it. */
  #endReplay({ key, state, verdict }: ChangeRecord): void {
    if (verdict === undefined || !isPending({ state })) return;
    const reason = "the agent ended before its replay was answered; this is the outcome before it";
    this.#options.history.update(key, { state: verdict, reason });
  }

  #commitStart(target: CommitTarget, revision: number, reason: string): void {
    const { scope, writer } = this.#options;
    if (!this.ledger.begin(target, revision)) return;
    writer.write({
      key: commitKey(scope, target),
      value: String(revision),
      statusKey: statusKey(scope, target),
      detail: { revision, reason },
      onlyRaise: true,
    });
  }

  #commit(change: ChangeSetKey, value: string, settled: Settled): void {
    const { scope, writer, history, clock, log } = this.#options;
    const { key } = change;
    const target = this.#targetOf(change);
    const record = history.get(key);
    const events = this.#events(change, settled);
    writer.write({
      key: commitKey(scope, target),
      value,
      statusKey: statusKey(scope, target),
      detail: record ? describeChange(record) : { key, value },
      onWritten: () => {
        history.update(key, { state: "committed", committedAt: clock.now() });
        events.written();
      },
      onFailed: (error) => events.failed(error),
      onReplaced: (by) => {
        const reason = `not committed: ${by} replaced it before the store could be written`;
        log.info("Verdict not committed", { key, value, reason });
        history.update(key, { reason, commit: undefined });
        events.settled();
      },
    });
  }

  /** The events of a verdict. A commit that is repeated repeats no event about the verdict. */
  #events(
    change: ChangeSetKey,
    { verdict, isConfirmed = true, state }: Settled,
  ): VerdictEvents {
    const { raise, scope } = this.#options;
    const isReported = isConfirmed || change.dataKey === ownDataKey;
    return new VerdictEvents({
      raise,
      outcome: verdict ?? "timed_out",
      isReported: isReported && state !== "committed",
      commitKey: commitKey(scope, this.#targetOf(change)),
    });
  }

  async #restoreLedger(): Promise<void> {
    const { state, history, log } = this.#options;
    try {
      const entry = await state.get(ledgerKey);
      if (!entry) return;
      for (const level of this.ledger.restore(ledgerCodec.decode(entry.value))) {
        log.warn("Revisions were reset; dropping earlier answers", { level });
        history.forget((record) => record.level === level);
      }
    } catch (error) {
      log.error("Cannot restore the commit ledger; starting with an empty one", { error });
    }
  }

  #ledgerWrite(): Operation {
    return { type: "put", key: ledgerKey, value: ledgerCodec.encode(this.ledger.snapshot()) };
  }

  #saveLedger(): void {
    const { state, log } = this.#options;
    const writing = state.txn({ operations: [this.#ledgerWrite()] });
    this.#saving = Promise.all([this.#saving, writing]).then(() => undefined, (error) => {
      this.#failures++;
      log.error("Cannot persist the commit ledger", { error });
    });
  }
}

/**
 * Records whose value a previous run did not commit, from settled ones in the order of their verdicts. When the
 * last of them is a failure but a later value is committed, that value is committed again after it.
 */
function uncommitted(settled: readonly ChangeRecord[]): ChangeRecord[] {
  const open = settled.filter(({ state, commit }) => commit !== undefined && state !== "committed");
  const last = open.at(-1);
  if (last?.commit !== failureValue) return open;
  const later = settled.slice(settled.indexOf(last) + 1)
    .findLast(({ state, commit }) => state === "committed" && commit !== failureValue);
  return later ? [...open, later] : open;
}
