/**
 * State machine of one change-set on its way to the application, as a pure function.
 *
 * ```text
 *  ┌──────────────hold──────────────┐
 *  ▼                                │
 * held ──go──> posting ──2xx, no answer in time──> waiting ──reply──> settled
 *  ▲              │ ▲                                │
 *  │        not   │ │ retry                          └──over──> settled (timed out)
 *  │    delivered ▼ │
 *  └──hold──── pausing ──late──> settled (failed)
 * ```
 *
 * A reply settles it in every phase, because the reply may arrive before the HTTP answer. `late` comes shortly
 * before the change-set's lease ends, `over` when it has ended. Patches are not idempotent: a patch that may have
 * arrived is sent again only when the application answered that it failed, restarted, or sent no reply for a
 * while after the connection broke.
 *
 * @module
 */
import { type AppOutcome, describeOutcome, isRetryableStatus } from "../app_client/mod.ts";
import type { ReplyStatus } from "./app_messages.ts";
import { replyVerdict, type Verdict } from "./change_record.ts";

/**
 * Phase of a change-set. `attempt`: requests sent so far. `isLate`: its lease is about to end. `mayHaveArrived`: the
 * application may have received the request and may still reply.
 */
export type PushState =
  | { readonly phase: "held"; readonly attempt: number; readonly isLate: boolean }
  | { readonly phase: "posting"; readonly attempt: number; readonly isLate: boolean }
  | {
    readonly phase: "pausing";
    readonly attempt: number;
    readonly reason: string;
    readonly mayHaveArrived: boolean;
  }
  | { readonly phase: "waiting"; readonly attempt: number; readonly isLate: boolean }
  | { readonly phase: "settled"; readonly verdict: Verdict };

/** Inputs of the machine. */
export type PushInput =
  /** It is first in the queue and the application has registered. */
  | { readonly type: "go" }
  /** The request of the current attempt has ended. */
  | { readonly type: "outcome"; readonly outcome: AppOutcome }
  /** The delay after a failed attempt is over. */
  | { readonly type: "retry" }
  /** It returns to the queue: the application restarted, or a lower revision must be sent before it. */
  | { readonly type: "hold" }
  /** The patch cannot be sent. */
  | { readonly type: "invalid"; readonly reason: string }
  /** The application replied. */
  | { readonly type: "reply"; readonly status: ReplyStatus; readonly remarks: string }
  /** The lease is about to end. */
  | { readonly type: "late" }
  /** The lease has ended, or the change-set was deleted. */
  | { readonly type: "over" };

/** A change-set in the queue. */
export const initialPush: PushState = Object.freeze({ phase: "held", attempt: 0, isLate: false });

/** Returns the next state, or the same object when the input changes nothing. */
export function advance(state: PushState, input: PushInput): PushState {
  if (state.phase === "settled") return state;
  switch (input.type) {
    case "reply":
      return settled(replyVerdict(input.status, input.remarks));
    case "invalid":
      return failed(input.reason);
    case "go":
      return state.phase === "held" ? posting(state) : state;
    case "retry":
      return state.phase === "pausing" ? posting(state) : state;
    case "hold":
      return state.phase === "pausing" || state.phase === "waiting" ? held(state) : state;
    case "outcome":
      return state.phase === "posting" ? afterPost(state, input.outcome) : state;
    case "late":
      if (state.phase !== "pausing") return { ...state, isLate: true };
      return failed(`not delivered: ${state.reason}`);
    case "over":
      return settled({ outcome: "timed_out", reason: overReason(state), isConfirmed: false });
  }
}

type Unsettled = Exclude<PushState, { phase: "settled" }>;
type Posting = Extract<PushState, { phase: "posting" }>;

function posting(state: Unsettled): PushState {
  const isLate = state.phase !== "pausing" && state.isLate;
  return { phase: "posting", attempt: state.attempt + 1, isLate };
}

function held(state: Unsettled): PushState {
  const isLate = state.phase !== "pausing" && state.isLate;
  return { phase: "held", attempt: state.attempt, isLate };
}

function afterPost({ attempt, isLate }: Posting, outcome: AppOutcome): PushState {
  switch (outcome.kind) {
    case "unanswered":
      return { phase: "waiting", attempt, isLate };
    case "unreached":
    case "broken":
      return again(attempt, isLate, outcome);
    case "answered":
      if (outcome.status >= 200 && outcome.status < 300) {
        return { phase: "waiting", attempt, isLate };
      }
      return isRetryableStatus(outcome.status)
        ? again(attempt, isLate, outcome)
        : failed(describeOutcome(outcome));
  }
}

function again(attempt: number, isLate: boolean, outcome: AppOutcome): PushState {
  const reason = describeOutcome(outcome);
  if (isLate) return failed(`not delivered: ${reason}`);
  return { phase: "pausing", attempt, reason, mayHaveArrived: outcome.kind === "broken" };
}

function overReason({ phase, attempt }: Unsettled): string {
  switch (phase) {
    case "held":
      return attempt === 0
        ? "its lease ended, or its key was deleted, before it was sent"
        : "its lease ended, or its key was deleted, before it was sent again";
    case "pausing":
      return "its lease ended, or its key was deleted, before it could be delivered";
    case "posting":
    case "waiting":
      return "its lease ended, or its key was deleted, without a reply of the application";
  }
}

function failed(reason: string): PushState {
  return settled({ outcome: "failed", reason, isConfirmed: false });
}

function settled(verdict: Verdict): PushState {
  return { phase: "settled", verdict };
}
