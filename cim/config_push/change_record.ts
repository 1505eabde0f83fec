import type { Level } from "./change_set_key.ts";
import type { Outcome } from "./verdict.ts";

/** Where a change-set stands, as the operator sees it. */
export type ChangeState = "seen" | "pushed" | Outcome | "committed" | "skipped";

/** One change-set and what became of it. Times are milliseconds since 1970. */
export interface ChangeRecord {
  /** The whole key. */
  readonly key: string;
  /** Level. */
  readonly level: Level;
  /** File that the patch is for. */
  readonly dataKey: string;
  /** Revision. */
  readonly revision: number;
  /** Where it stands. */
  readonly state: ChangeState;
  /** What the verdict was, once there is one. */
  readonly verdict?: Outcome;
  /** Why it stands there; empty when there is nothing to say. */
  readonly reason: string;
  /** Requests sent to the application. */
  readonly attempts: number;
  /** What was, or is being, committed. */
  readonly commit?: string;
  /** When it was seen first. */
  readonly seenAt: number;
  /** When the application had it. */
  readonly pushedAt?: number;
  /** When there was a verdict. */
  readonly settledAt?: number;
  /** When the commit was written. */
  readonly committedAt?: number;
}
