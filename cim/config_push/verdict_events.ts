/**
 * Events of the agent about the verdict on a change-set and its commit. They are raised after the first attempt to
 * write the commit, whatever its outcome, so that no event delays a commit; the event about the verdict comes first.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";
import type { OwnEvent } from "../events/mod.ts";
import type { Outcome } from "./change_record.ts";

/** Takes an event of the agent. Must not throw, and returns at once. */
export type RaiseEvent = (event: OwnEvent) => void;

/** What the events of one verdict say. */
export interface VerdictEventsOptions {
  readonly raise: RaiseEvent;
  /** The outcome. */
  readonly outcome: Outcome;
  /** Whether the receiver of the patch reported the outcome; the agent's own verdicts have no event. */
  readonly isReported: boolean;
  /** The commit key. */
  readonly commitKey: string;
}

/** Raises the events of one verdict. */
export class VerdictEvents {
  readonly #options: VerdictEventsOptions;
  #isVerdictRaised: boolean;

  /** Raises nothing yet. */
  constructor(options: VerdictEventsOptions) {
    this.#options = options;
    this.#isVerdictRaised = !options.isReported;
  }

  /** The commit was written. */
  written(): void {
    const { raise, commitKey } = this.#options;
    this.settled();
    raise({
      name: "CimCommitConfigSuccess",
      managedObject: [["Update_Etcd_Commit_Status", "SUCCESS"]],
      additionalInfo: [["Commit_Keys", commitKey]],
    });
  }

  /** The first attempt to write the commit failed; further ones follow. */
  failed(error: unknown): void {
    const { raise, commitKey } = this.#options;
    this.settled();
    raise({
      name: "CimCommitConfigFailure",
      managedObject: [["Update_Etcd_Commit_Status", "FAIL"], ["Commit_Keys", commitKey]],
      additionalInfo: [["Error", describeError(error)]],
    });
  }

  /** The verdict will not be committed, or an attempt was made. The event about it is raised once. */
  settled(): void {
    const { raise, outcome, commitKey } = this.#options;
    const event = this.#isVerdictRaised ? undefined : verdictEvent(outcome, commitKey);
    this.#isVerdictRaised = true;
    if (event) raise(event);
  }
}

function verdictEvent(outcome: Outcome, commitKey: string): OwnEvent | undefined {
  switch (outcome) {
    case "applied":
      return {
        name: "CimConfigUpdateSuccess",
        managedObject: [["Description", "Config update success"], ["STATUS", "SUCCESS"]],
        additionalInfo: [["Commit_Keys", commitKey]],
      };
    case "unused":
      return {
        name: "CimConfigUpdateUnused",
        managedObject: [["Update_Config_Status", "UNUSED"]],
        additionalInfo: [
          ["Error", "Config patch unused"],
          ["Action", "Check Patch Path and Patch Version"],
        ],
      };
    case "failed":
      return {
        name: "CimConfigUpdateFailure",
        managedObject: [["Update_Config_Status", "FAIL"]],
        additionalInfo: [["Error", "Config patch failed"], ["Action", "Update Changes Manually"]],
      };
    case "timed_out":
      return undefined;
  }
}
