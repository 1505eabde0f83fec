/**
 * Status of configuration push, composed of several conditions. Reports at most once a second: the number of
 * waiting change-sets may change much faster.
 *
 * @module
 */
import type { Clock, StatusReporter, SyncState } from "../../core/mod.ts";

/** What the status depends on besides the store. */
export interface PushConditions {
  /** Change-sets without a verdict. */
  readonly pending: number;
  /** When the oldest of them was first seen, milliseconds since 1970. */
  readonly since: number | undefined;
  /** Why they are not progressing; undefined while they are. */
  readonly blockedBy: string | undefined;
  /** Verdicts not written to the store yet. */
  readonly uncommitted: number;
  /** Whether the last attempt to write one failed. */
  readonly isCommitFailing: boolean;
}

const intervalMs = 1_000;

/** Reports the status; call {@linkcode changed} after anything it depends on has changed. */
export class PushStatus {
  readonly #status: StatusReporter;
  readonly #clock: Clock;
  readonly #read: () => PushConditions;
  #store: string | undefined = "change-sets not listed yet";
  #timer: Disposable | undefined;
  #isDirty = false;
  #isClosed = false;

  constructor(status: StatusReporter, clock: Clock, read: () => PushConditions) {
    this.#status = status;
    this.#clock = clock;
    this.#read = read;
  }

  /** Takes the state of the watch on the store. */
  onSync({ state, reason }: SyncState): void {
    this.#store = state === "synced"
      ? undefined
      : `configuration store: ${reason ?? "not listed yet"}`;
    this.#report();
  }

  /** Schedules a report. */
  changed(): void {
    this.#isDirty = true;
    if (this.#timer || this.#isClosed) return;
    this.#timer = this.#clock.timer(0, () => this.#tick());
  }

  /** Cancels the scheduled report. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #tick(): void {
    this.#timer = undefined;
    if (!this.#isDirty) return;
    this.#report();
    this.#timer = this.#clock.timer(intervalMs, () => this.#tick());
  }

  #report(): void {
    this.#isDirty = false;
    const problems = describeConditions(this.#read());
    // The application is served without the store, so the agent stays ready.
    const reasons = this.#store === undefined ? problems : [this.#store, ...problems];
    if (reasons.length > 0) this.#status.degraded(reasons.join("; "));
    else this.#status.ok();
  }
}

function describeConditions(conditions: PushConditions): string[] {
  const { pending, since, blockedBy, uncommitted, isCommitFailing } = conditions;
  const problems: string[] = [];
  if (blockedBy !== undefined && pending > 0) {
    const time = since === undefined ? "" : ` since ${new Date(since).toISOString()}`;
    problems.push(`${count(pending, "change-set")} waiting${time}: ${blockedBy}`);
  }
  if (isCommitFailing && uncommitted > 0) {
    problems.push(`${count(uncommitted, "verdict")} not committed: the store rejects the write`);
  }
  return problems;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
