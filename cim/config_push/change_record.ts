/**
 * What is recorded about a change-set: its state, its verdict, and how both are shown and committed.
 *
 * @module
 */
import { redactText } from "../../core/mod.ts";
import type { Level } from "../config_keys/mod.ts";
import type { ReplyStatus } from "./app_messages.ts";
import type { IgnoredKey } from "./ignored_keys.ts";

/** Final outcome of a change-set. `timed_out`: it ended without an answer of the application. */
export type Outcome = "applied" | "failed" | "unused" | "timed_out";

/** An outcome with its reason. */
export interface Verdict {
  /** The outcome. */
  readonly outcome: Outcome;
  /** Why; empty when the outcome says it all. */
  readonly reason: string;
  /** Whether the receiver of the patch reported the outcome; false when the agent decided without it. */
  readonly isConfirmed: boolean;
}

/**
 * State of a change-set as shown to operators. `retrying`: the application did not take it yet, and it is sent again.
 * `skipped`: it needed no work.
 */
export type ChangeState = "seen" | "retrying" | "pushed" | Outcome | "committed" | "skipped";

/** Record of one change-set. Times are milliseconds since 1970. */
export interface ChangeRecord {
  /** The whole key. */
  readonly key: string;
  /** Level. */
  readonly level: Level;
  /** File that the patch changes. */
  readonly dataKey: string;
  /** Revision. */
  readonly revision: number;
  /** State. */
  readonly state: ChangeState;
  /** Outcome, once there is one. */
  readonly verdict?: Outcome;
  /** Whether the receiver of the patch reported the outcome. Missing before and in records of early versions. */
  readonly isConfirmed?: boolean;
  /** Why it has this state; empty when the state says it all. */
  readonly reason: string;
  /** Requests sent to the application. For the agent's own file: times its application began. */
  readonly attempts: number;
  /** Whether the application may have the patch. Missing in records of early versions. */
  readonly mayHaveArrived?: boolean;
  /** Value to write, or written, to the commit key. */
  readonly commit?: string;
  /** When the agent first saw it. */
  readonly seenAt: number;
  /** When the application accepted the request. */
  readonly pushedAt?: number;
  /** When the verdict was reached. */
  readonly settledAt?: number;
  /** When the commit was written. */
  readonly committedAt?: number;
  /** When an operator last had it pushed again. */
  readonly replayedAt?: number;
}

/** Whether a record has no verdict yet and needs one. */
export function isPending({ state }: Pick<ChangeRecord, "state">): boolean {
  return state === "seen" || state === "retrying" || state === "pushed";
}

/** Whether the application may have the patch of a recorded change-set. */
export function mayHaveArrived({ attempts, mayHaveArrived = attempts > 0 }: ChangeRecord): boolean {
  return mayHaveArrived;
}

/** A {@linkcode ChangeRecord} as `GET /api/v1/config/changes` shows it: times are ISO 8601 texts. */
export type ChangeDescription =
  & Omit<ChangeRecord, "seenAt" | "pushedAt" | "settledAt" | "committedAt" | "replayedAt">
  & {
    /** When the agent first saw it. */
    readonly seenAt: string;
    /** When the application accepted the request. */
    readonly pushedAt?: string;
    /** When the verdict was reached. */
    readonly settledAt?: string;
    /** When the commit was written. */
    readonly committedAt?: string;
    /** When an operator last had it pushed again. */
    readonly replayedAt?: string;
  };

/** Describes a record, without secrets; members without a value are omitted from its JSON. */
export function describeChange(record: ChangeRecord): ChangeDescription {
  const { seenAt, pushedAt, settledAt, committedAt, replayedAt, ...rest } = record;
  return {
    ...rest,
    reason: redactText(rest.reason),
    seenAt: new Date(seenAt).toISOString(),
    pushedAt: isoTime(pushedAt),
    settledAt: isoTime(settledAt),
    committedAt: isoTime(committedAt),
    replayedAt: isoTime(replayedAt),
  };
}

/** An {@linkcode IgnoredKey} as `GET /api/v1/config/changes` shows it. */
export type IgnoredDescription = Omit<IgnoredKey, "seenAt"> & {
  /** When the agent first saw it. */
  readonly seenAt: string;
};

/** Describes an ignored key. */
export function describeIgnored({ seenAt, ...rest }: IgnoredKey): IgnoredDescription {
  return { ...rest, seenAt: new Date(seenAt).toISOString() };
}

function isoTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

const outcomes = { success: "applied", unused: "unused", failure: "failed" } as const;

/** The verdict that follows from the application's reply. */
export function replyVerdict(status: ReplyStatus, remarks: string): Verdict {
  const outcome = outcomes[status];
  const fallback = outcome === "failed" ? "the application reported a failure" : "";
  return { outcome, reason: remarks || fallback, isConfirmed: true };
}

/** Commit value of a failure. */
export const failureValue = "-1";

/** The value to commit for an outcome; undefined when nothing is committed. */
export function commitValue(outcome: Outcome, revision: number): string | undefined {
  switch (outcome) {
    case "applied":
      return String(revision);
    case "unused":
      return "-2";
    case "failed":
      return failureValue;
    case "timed_out":
      return undefined;
  }
}
