/**
 * What configuration handling counts, in plain numbers, and how it is shown: XGVela's names with the
 * meaning they should have had, and the counters it lacked.
 *
 * @module
 */
import { counter, gauge, type MetricFamily } from "../../core/mod.ts";
import type { Outcome } from "./verdict.ts";

/** Why a reply was not taken. */
export type ReplyRejection =
  | "not_json"
  | "no_key"
  | "bad_revision"
  | "foreign"
  | "unknown"
  | "revision_mismatch"
  | "repeated";

/** The counters. */
export class ConfigStats {
  /** Requests sent to the application. */
  pushAttempts = 0;
  /** Requests answered with 2xx. */
  pushSuccesses = 0;
  /** Requests that failed, or were answered with another status. */
  pushFailures = 0;
  /** Attempts to write a commit that failed. */
  commitFailures = 0;
  /** Messages on CONFIG. */
  replies = 0;
  /** Change-sets without a reply shortly before their lease ended. */
  unanswered = 0;
  /** Change-sets refused because too many were pending. */
  refused = 0;
  /** Keys below the watched prefix that are none of this pod's change-sets. */
  ignoredKeys = 0;
  /** Times the change-sets had to be listed again. */
  resyncs = 0;
  /** Verdicts, the agent's own file included. */
  readonly outcomes: Record<Outcome, number> = { applied: 0, failed: 0, unused: 0, timed_out: 0 };
  /** Replies not taken. */
  readonly rejections: Record<ReplyRejection, number> = {
    not_json: 0,
    no_key: 0,
    bad_revision: 0,
    foreign: 0,
    unknown: 0,
    revision_mismatch: 0,
    repeated: 0,
  };

  /** The families; those of XGVela carry the pod's name. */
  families(pod: string, pending: () => number, stateFailures: () => number): MetricFamily[] {
    const { outcomes, rejections } = this;
    const known = (name: string, help: string, read: () => number): MetricFamily => ({
      type: "counter",
      name,
      help,
      collect: () => [{ labels: { pod }, value: read() }],
    });
    return [
      known(
        "cim_config_push_attempt_total",
        "Change-sets sent to the application.",
        () => this.pushAttempts,
      ),
      known(
        "cim_config_push_success_total",
        "Sent change-sets that were accepted.",
        () => this.pushSuccesses,
      ),
      known(
        "cim_config_push_failure_total",
        "Sent change-sets that were not.",
        () => this.pushFailures,
      ),
      known(
        "cim_commit_config_push_failure_total",
        "Attempts to write a commit that failed.",
        () => this.commitFailures,
      ),
      known("cim_config_resp_received_total", "Messages on CONFIG.", () => this.replies),
      known("cim_config_resp_success_total", "Change-sets applied.", () => outcomes.applied),
      known("cim_config_resp_unused_total", "Change-sets not used.", () => outcomes.unused),
      known("cim_config_resp_failure_total", "Change-sets failed.", () => outcomes.failed),
      counter(
        "cim_config_timed_out_total",
        "Change-sets whose lease ended without a verdict.",
        () => outcomes.timed_out,
      ),
      counter(
        "cim_config_unanswered_total",
        "Change-sets without a reply shortly before their lease ended.",
        () => this.unanswered,
      ),
      counter(
        "cim_config_refused_total",
        "Change-sets put off because too many were pending.",
        () => this.refused,
      ),
      counter(
        "cim_config_ignored_keys_total",
        "Keys below the watched prefix that are no change-sets for this pod.",
        () => this.ignoredKeys,
      ),
      counter(
        "cim_config_push_resyncs_total",
        "Times the change-sets had to be listed again.",
        () => this.resyncs,
      ),
      counter(
        "cim_config_state_failures_total",
        "Writes of records of change-sets that failed: a restart would not know of them.",
        stateFailures,
      ),
      gauge("cim_config_pending", "Change-sets without a verdict.", pending),
      {
        type: "counter",
        name: "cim_config_reply_rejected_total",
        help: "Replies of the application that were not taken, by reason.",
        collect: () =>
          Object.entries(rejections).map(([reason, value]) => ({ labels: { reason }, value })),
      },
    ];
  }
}
