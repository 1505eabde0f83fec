/**
 * The life of one change-set on its way to the application, as a pure function.
 *
 * ```text
 * held ──go──> posting ──2xx, no answer in time──> waiting ──reply──> settled
 *                 │ ▲                                │
 *    could not be │ │ retry                          └──over──> settled (timed out)
 *       delivered ▼ │
 *               pausing ──late──> settled (failed)
 * ```
 *
 * A reply settles it in every phase, because it may overtake the HTTP answer. `late` comes shortly before
 * the change-set's lease ends, `over` when it has ended. Patches are not idempotent: what may have arrived
 * is not sent again unless the application has said that it failed, or has registered anew.
 *
 * @module
 */
import type { AppOutcome } from "../app_client/mod.ts";
import type { ReplyStatus } from "./config_reply.ts";
import { replyVerdict, type Verdict } from "./verdict.ts";

/** Where a change-set stands. */
export type PushState =
  | { readonly phase: "held"; readonly isLate: boolean }
  | { readonly phase: "posting"; readonly attempt: number; readonly isLate: boolean }
  | { readonly phase: "pausing"; readonly attempt: number; readonly reason: string }
  | { readonly phase: "waiting"; readonly attempt: number; readonly isLate: boolean }
  | { readonly phase: "settled"; readonly verdict: Verdict };

/** What can happen to it. */
export type PushInput =
  /** Its turn has come and the application is there; or the application has registered anew. */
  | { readonly type: "go" }
  /** The request of the current attempt has ended. */
  | { readonly type: "outcome"; readonly outcome: AppOutcome }
  /** The pause after a failed attempt is over. */
  | { readonly type: "retry" }
  /** The application replied. */
  | { readonly type: "reply"; readonly status: ReplyStatus; readonly remarks: string }
  /** The lease is about to end. */
  | { readonly type: "late" }
  /** The lease has ended, or the change-set was withdrawn. */
  | { readonly type: "over" };

/** A change-set that waits for its turn. */
export const initialPush: PushState = Object.freeze({ phase: "held", isLate: false });

/** The next state; the same object when the input changes nothing. */
export function advance(state: PushState, input: PushInput): PushState {
  if (state.phase === "settled") return state;
  switch (input.type) {
    case "reply":
      return settled(replyVerdict(input.status, input.remarks));
    case "go":
      return state.phase === "posting" ? state : posting(state);
    case "retry":
      return state.phase === "pausing" ? posting(state) : state;
    case "outcome":
      return state.phase === "posting" ? afterPost(state, input.outcome) : state;
    case "late":
      if (state.phase !== "pausing") return { ...state, isLate: true };
      return settled({ outcome: "failed", reason: `not delivered: ${state.reason}` });
    case "over":
      return settled({ outcome: "timed_out", reason: overReason(state) });
  }
}

type Unsettled = Exclude<PushState, { phase: "settled" }>;
type Posting = Extract<PushState, { phase: "posting" }>;

function posting(state: Unsettled): PushState {
  const attempt = state.phase === "held" ? 1 : state.attempt + 1;
  return { phase: "posting", attempt, isLate: state.phase !== "pausing" && state.isLate };
}

function afterPost({ attempt, isLate }: Posting, outcome: AppOutcome): PushState {
  switch (outcome.kind) {
    case "unanswered":
      return { phase: "waiting", attempt, isLate };
    case "unreached":
    case "broken":
      return again(attempt, isLate, outcome.reason);
    case "answered":
      if (outcome.status >= 200 && outcome.status < 300) {
        return { phase: "waiting", attempt, isLate };
      }
      if (isWorthRetrying(outcome.status)) {
        return again(attempt, isLate, `the application answered ${outcome.status}`);
      }
      return settled({
        outcome: "failed",
        reason: `the application answered ${outcome.status}`,
      });
  }
}

function again(attempt: number, isLate: boolean, reason: string): PushState {
  if (isLate) return settled({ outcome: "failed", reason: `not delivered: ${reason}` });
  return { phase: "pausing", attempt, reason };
}

/** Whether a status says that the same request may succeed later. */
export function isWorthRetrying(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

function overReason({ phase }: Unsettled): string {
  switch (phase) {
    case "held":
      return "its lease ended before the application could be asked";
    case "pausing":
      return "it was withdrawn before it could be delivered";
    case "posting":
    case "waiting":
      return "its lease ended without a reply of the application";
  }
}

function settled(verdict: Verdict): PushState {
  return { phase: "settled", verdict };
}
