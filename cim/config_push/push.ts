/**
 * Drives the state machine of one change-set: sends its requests, runs its timers, follows its lease and updates
 * its record.
 *
 * @module
 */
import { type Backoff, backoff, type Clock, describeError, type Logger } from "../../core/mod.ts";
import type { AppClient, AppOutcome } from "../app_client/mod.ts";
import type { ChangeSetKey } from "../config_keys/mod.ts";
import { parseAnswer, updateRequest } from "./app_messages.ts";
import { type ChangeRecord, mayHaveArrived, type Verdict } from "./change_record.ts";
import type { CommitLedger } from "./commit_ledger.ts";
import type { ConfigStats } from "./config_stats.ts";
import type { ChangeHistory } from "./history.ts";
import { followLease, type Lease } from "./lease.ts";
import { advance, initialPush, type PushInput, type PushState } from "./push_machine.ts";

/** Services and limits shared by all pushes. Times are in milliseconds. */
export interface PushServices {
  readonly app: AppClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly history: ChangeHistory;
  readonly ledger: Pick<CommitLedger, "markSent" | "unmarkSent">;
  readonly stats: ConfigStats;
  /** Reads the lease of a change-set from the store. */
  readonly readLease: (key: string, signal: AbortSignal) => Promise<Lease>;
  /** Time limit of a change-set without a lease, from when it becomes first in the queue. */
  readonly replyTimeoutMs: number;
  /** Time before the end of the lease at which an undelivered change-set fails. */
  readonly leaseMarginMs: number;
  /** Time to wait for the reply to a request that may have arrived before it is sent again. */
  readonly resumeDelayMs: number;
}

/** Drives one change-set until it has a verdict. */
export class Push {
  readonly change: ChangeSetKey;
  readonly #patch: Uint8Array;
  readonly #services: PushServices;
  readonly #delays: Backoff;
  readonly #onVerdict: (verdict: Verdict) => void;
  #state: PushState;
  /** Why the last request was not delivered; undefined before the first failure and once one is delivered. */
  #failure: string | undefined;
  /** Whether an earlier request may have arrived. */
  #mayHaveArrived: boolean;
  #run: Run | undefined;
  #rest: Promise<unknown> = Promise.resolve();

  /**
   * @param record Record of the change-set from a previous run.
   * @param onVerdict Called once with the verdict, during the call that led to it.
   */
  constructor(
    change: ChangeSetKey,
    patch: Uint8Array,
    record: ChangeRecord | undefined,
    services: PushServices,
    onVerdict: (verdict: Verdict) => void,
  ) {
    this.change = change;
    this.#patch = patch;
    this.#services = services;
    this.#onVerdict = onVerdict;
    this.#delays = backoff({ min: 250, max: 5_000, random: services.random });
    this.#state = resumed(record);
    this.#mayHaveArrived = record !== undefined && mayHaveArrived(record);
  }

  /** State of the machine. */
  get state(): PushState {
    return this.#state;
  }

  /** Resolves when no request is in flight any more; never rejects. The verdict may come earlier. */
  get rest(): Promise<unknown> {
    return this.#rest;
  }

  /** Whether it waits for a reply to a request that has ended. */
  get isWaiting(): boolean {
    return this.#state.phase === "waiting";
  }

  /** Whether the application may have it and the reply is missing. */
  get isReplyAwaited(): boolean {
    const { phase } = this.#state;
    return phase === "posting" || phase === "waiting" ||
      (phase === "pausing" && this.#mayHaveArrived);
  }

  /** Whether a change-set of a lower revision can still be sent before it. */
  get canYield(): boolean {
    return this.#state.phase === "pausing" && !this.#mayHaveArrived;
  }

  /** Why it makes no progress; undefined while it does. */
  get trouble(): string | undefined {
    const state = this.#state;
    const failure = state.phase === "pausing"
      ? state.reason
      : state.phase === "posting"
      ? this.#failure
      : undefined;
    if (failure !== undefined) return `${this.change.key} not delivered: ${failure}`;
    const isOverdue = state.phase === "waiting" && state.isLate;
    return isOverdue ? `${this.change.key} not answered by the application` : undefined;
  }

  /** Passes an input to the machine, at any time, also before or after {@linkcode run}. */
  feed(input: PushInput): void {
    const before = this.#state;
    if (before.phase === "settled") return;
    const state = advance(before, input);
    this.#state = state;
    if (state.phase === "settled") {
      this.#run?.end();
      this.#onVerdict(state.verdict);
    } else if (state.phase !== before.phase) this.#enter(state);
    else if (input.type === "late") this.#warnLate();
  }

  /**
   * Processes it, now that it is first in the queue. Resolves when there is a verdict, or when it must return to
   * the queue and its phase is `held`. A request may still be in flight then, see {@linkcode rest}.
   *
   * @throws The signal's reason when it aborts first.
   */
  async run(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#state.phase === "settled") return;
    using run = new Run(signal);
    this.#run = run;
    if (this.#state.phase === "held") this.feed({ type: "go" });
    else if (this.#state.phase === "pausing") {
      const { clock, resumeDelayMs } = this.#services;
      run.timer(clock, resumeDelayMs, () => this.feed({ type: "retry" }));
    }
    const lease = this.#followLease(run.signal);
    this.#rest = Promise.allSettled([this.#rest, lease]);
    try {
      await run.ended;
    } finally {
      this.#run = undefined;
    }
  }

  #enter(state: PushState): void {
    const { clock, history, ledger, log, resumeDelayMs } = this.#services;
    const { key } = this.change;
    const run = this.#run;
    if (!run) return;
    switch (state.phase) {
      case "held":
        // The application does not have it: it restarted, or no request reached it.
        this.#mayHaveArrived = false;
        this.#failure = undefined;
        ledger.unmarkSent(this.change);
        history.update(key, { state: "seen", mayHaveArrived: false });
        run.end();
        break;
      case "posting":
        this.#rest = Promise.allSettled([this.#rest, this.#post(state.attempt, run.outer)]);
        break;
      case "pausing":
        this.#failure = state.reason;
        log.warn("Change-set not delivered; retrying", { key, reason: state.reason });
        history.update(key, {
          state: "retrying",
          reason: state.reason,
          mayHaveArrived: this.#mayHaveArrived,
        });
        run.timer(
          clock,
          state.mayHaveArrived ? resumeDelayMs : this.#delays.next(),
          () => this.feed({ type: "retry" }),
        );
        break;
      case "waiting":
        this.#failure = undefined;
        history.update(key, { state: "pushed", reason: "", pushedAt: clock.now() });
        break;
    }
  }

  /** Stores the record first, so that a killed agent can tell that the application may have the patch. */
  async #post(attempt: number, signal: AbortSignal): Promise<void> {
    const { app, history, ledger, stats } = this.#services;
    const { change } = this;
    await history.update(change.key, { attempts: attempt, mayHaveArrived: true });
    if (this.#state.phase !== "posting" || this.#state.attempt !== attempt) return;
    ledger.markSent(change);
    stats.pushAttempts++;
    let outcome: AppOutcome;
    try {
      outcome = await app.post("/updateConfig", updateRequest(change, this.#patch), { signal });
    } catch (error) {
      if (signal.aborted) return;
      this.feed({ type: "invalid", reason: describeError(error) });
      return;
    }
    const accepted = outcome.kind === "answered" && outcome.status >= 200 && outcome.status < 300
      ? outcome
      : undefined;
    if (accepted) stats.pushSuccesses++;
    else stats.pushFailures++;
    this.#mayHaveArrived ||= accepted !== undefined || outcome.kind === "broken" ||
      outcome.kind === "unanswered";
    if (!this.#mayHaveArrived) ledger.unmarkSent(change);
    const reply = accepted && parseAnswer(accepted.body, change);
    if (reply) this.feed({ type: "reply", status: reply.status, remarks: reply.remarks });
    this.feed({ type: "outcome", outcome });
  }

  async #followLease(signal: AbortSignal): Promise<void> {
    const { clock, log, readLease, replyTimeoutMs, leaseMarginMs } = this.#services;
    const { key } = this.change;
    await followLease({
      clock,
      log,
      read: (signal) => readLease(key, signal),
      timeoutMs: replyTimeoutMs,
      marginMs: leaseMarginMs,
      onLate: () => this.feed({ type: "late" }),
      onOver: () => this.feed({ type: "over" }),
    }, signal);
  }

  #warnLate(): void {
    const { log, stats, history } = this.#services;
    stats.unanswered++;
    log.warn("Change-set without a reply, and its lease is about to end", {
      key: this.change.key,
      phase: this.#state.phase,
    });
    history.update(this.change.key, { reason: "no reply of the application yet" });
  }
}

/** One call of {@linkcode Push.run}: its end, its timers and its signals. */
class Run implements Disposable {
  /** Aborts with the queue: requests continue until then. */
  readonly outer: AbortSignal;
  /** Resolves when {@linkcode end} is called; rejects when the outer signal aborts. */
  readonly ended: Promise<void>;
  readonly #inner = new AbortController();
  readonly #timers = new DisposableStack();
  readonly #end: () => void;

  constructor(outer: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.outer = outer;
    this.ended = promise;
    this.#end = resolve;
    const onAbort = () => reject(outer.reason);
    outer.addEventListener("abort", onAbort, { once: true });
    this.#timers.defer(() => outer.removeEventListener("abort", onAbort));
  }

  /** Aborts when the run ends or the queue stops. */
  get signal(): AbortSignal {
    return this.#inner.signal;
  }

  /** Ends the run. */
  end(): void {
    this.#end();
  }

  /** Calls back after a delay, unless the run ends before. */
  timer(clock: Clock, delayMs: number, callback: () => void): void {
    if (!this.#timers.disposed) this.#timers.use(clock.timer(delayMs, callback));
  }

  [Symbol.dispose](): void {
    this.#timers.dispose();
    this.#inner.abort();
  }
}

/** State of a change-set at the start of the agent. What may have arrived awaits a reply before it is sent again. */
function resumed(record: ChangeRecord | undefined): PushState {
  if (!record || record.attempts === 0) return initialPush;
  const { attempts: attempt } = record;
  if (record.state === "pushed") return { phase: "waiting", attempt, isLate: false };
  if (!mayHaveArrived(record)) return { phase: "held", attempt, isLate: false };
  return { phase: "pausing", attempt, reason: "the agent was restarted", mayHaveArrived: true };
}
