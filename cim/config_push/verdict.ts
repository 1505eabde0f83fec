import type { ReplyStatus } from "./config_reply.ts";

/** What became of a change-set in the end. */
export type Outcome = "applied" | "failed" | "unused" | "timed_out";

/** An outcome with its reason. */
export interface Verdict {
  /** What became of it. */
  readonly outcome: Outcome;
  /** Why; empty when there is nothing to say. */
  readonly reason: string;
}

const outcomes = { success: "applied", unused: "unused", failure: "failed" } as const;

/** The verdict of a reply. */
export function replyVerdict(status: ReplyStatus, remarks: string): Verdict {
  const outcome = outcomes[status];
  return { outcome, reason: remarks || (outcome === "failed" ? "the application failed it" : "") };
}

/** What is committed for an outcome; undefined when nothing is. */
export function commitValue(outcome: Outcome, revision: number): string | undefined {
  switch (outcome) {
    case "applied":
      return String(revision);
    case "unused":
      return "-2";
    case "failed":
      return "-1";
    case "timed_out":
      return undefined;
  }
}
