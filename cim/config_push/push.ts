/**
 * Drives the state machine of one change-set: sends its requests, runs its timers and updates its record.
 *
 * @module
 */
import { type Backoff, backoff, type Clock, describeError, type Logger } from "../../core/mod.ts";
import type { AppClient, AppOutcome } from "../app_client/mod.ts";
import type { ChangeSetKey } from "../config_keys/mod.ts";
import { updateRequest } from "./app_messages.ts";
import type { ChangeRecord, Verdict } from "./change_record.ts";
import type { ConfigStats } from "./config_stats.ts";
import type { ChangeHistory } from "./history.ts";
import { advance, initialPush, type PushInput, type PushState } from "./push_machine.ts";

/** Services and limits shared by all pushes. Times are in milliseconds. */
export interface PushServices {
  readonly app: AppClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly history: ChangeHistory;
  readonly stats: ConfigStats;
  /** Returns the time left until the lease of a change-set ends; undefined when it has none. */
  readonly remainingTtlMs: (key: string, signal: AbortSignal) => Promise<number | undefined>;
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
  /** End of the lease on the clock's `monotonic`; undefined while unknown. */
  endsAt: number | undefined;
  readonly #patch: Uint8Array;
  readonly #services: PushServices;
  readonly #timers = new DisposableStack();
  readonly #delays: Backoff;
  readonly #onVerdict: (verdict: Verdict) => void;
  readonly #settled = Promise.withResolvers<void>();
  #state: PushState;
  #signal: AbortSignal | undefined;
  #requests: Promise<void> = Promise.resolve();

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
  }

  /** State of the machine. */
  get state(): PushState {
    return this.#state;
  }

  /** Why it makes no progress; undefined while it does. */
  get trouble(): string | undefined {
    const state = this.#state;
    if (state.phase === "pausing") return `${this.change.key} not delivered: ${state.reason}`;
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
      this.#settled.resolve();
      this.#onVerdict(state.verdict);
    } else if (state.phase !== before.phase) this.#enter(state);
    else if (input.type === "late") this.#warnLate();
  }

  /**
   * Processes it, now that it is first in the queue. Resolves when there is a verdict and no request in flight.
   *
   * @throws The signal's reason when it aborts first.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, resumeDelayMs } = this.#services;
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#signal = signal;
    const lease = this.#awaitLease(signal);
    try {
      if (this.#state.phase === "held") this.feed({ type: "go" });
      else if (this.#state.phase === "pausing") {
        this.#timers.use(clock.timer(resumeDelayMs, () => this.feed({ type: "retry" })));
      }
      await Promise.race([this.#settled.promise, ended]);
      this.#timers.dispose();
      await Promise.all([lease, this.#requests]);
    } finally {
      this.#timers.dispose();
      signal.removeEventListener("abort", onAbort);
      await Promise.allSettled([lease, this.#requests]);
    }
  }

  #enter(state: PushState): void {
    const { clock, history, log } = this.#services;
    const { key } = this.change;
    const signal = this.#signal;
    if (!signal || this.#timers.disposed) return;
    switch (state.phase) {
      case "posting":
        this.#requests = this.#requests.then(() => this.#post(state.attempt, signal));
        break;
      case "pausing":
        log.warn("Change-set not delivered; retrying", { key, reason: state.reason });
        history.update(key, { reason: state.reason });
        this.#timers.use(clock.timer(this.#delays.next(), () => this.feed({ type: "retry" })));
        break;
      case "waiting":
        history.update(key, { state: "pushed", reason: "", pushedAt: clock.now() });
        break;
    }
  }

  /** Stores the record first, so that a killed agent can tell that the application may have the patch. */
  async #post(attempt: number, signal: AbortSignal): Promise<void> {
    const { app, history, stats } = this.#services;
    await history.update(this.change.key, { attempts: attempt });
    if (this.#state.phase !== "posting" || this.#state.attempt !== attempt) return;
    stats.pushAttempts++;
    let outcome: AppOutcome;
    try {
      const body = updateRequest(this.change, this.#patch);
      outcome = await app.post("/updateConfig", body, { signal });
    } catch (error) {
      if (signal.aborted) return;
      this.feed({ type: "reply", status: "failure", remarks: describeError(error) });
      return;
    }
    const isAccepted = outcome.kind === "answered" && outcome.status >= 200 && outcome.status < 300;
    if (isAccepted) stats.pushSuccesses++;
    else stats.pushFailures++;
    this.feed({ type: "outcome", outcome });
  }

  /** Reads the lease while the first request is in flight. */
  async #awaitLease(signal: AbortSignal): Promise<void> {
    const { remainingTtlMs, replyTimeoutMs, log } = this.#services;
    let ttlMs: number | undefined;
    try {
      ttlMs = await remainingTtlMs(this.change.key, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.debug("Cannot read the lease of a change-set", { key: this.change.key, error });
    }
    if (!this.#timers.disposed) this.#armLease(ttlMs ?? replyTimeoutMs);
  }

  #armLease(ttlMs: number): void {
    const { clock, leaseMarginMs } = this.#services;
    this.endsAt = clock.monotonic() + ttlMs;
    const marginMs = Math.min(leaseMarginMs, ttlMs / 4);
    this.#timers.use(clock.timer(ttlMs - marginMs, () => this.feed({ type: "late" })));
    this.#timers.use(clock.timer(ttlMs, () => this.feed({ type: "over" })));
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

/** A delivered request awaits its reply; one that may have been sent awaits it too and is then sent again. */
function resumed(record: ChangeRecord | undefined): PushState {
  if (!record || record.attempts === 0) return initialPush;
  const { attempts: attempt } = record;
  if (record.state === "pushed") return { phase: "waiting", attempt, isLate: false };
  return { phase: "pausing", attempt, reason: "the agent was restarted" };
}
