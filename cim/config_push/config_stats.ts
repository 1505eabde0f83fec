/**
 * Counters of configuration push, and their metric families: those of XGVela under their names, corrected (D-87),
 * and further ones.
 *
 * @module
 */
import { counter, gauge, type MetricFamily } from "../../core/mod.ts";
import type { Outcome } from "./change_record.ts";

/** Why a reply was rejected. */
export type ReplyRejection =
  | "not_json"
  | "no_key"
  | "bad_revision"
  | "foreign"
  | "unknown"
  | "not_pushed"
  | "revision_mismatch"
  | "repeated";

/** Why a reply was rejected, for the log. */
export const rejectionTexts: Readonly<Record<ReplyRejection, string>> = {
  not_json: "it is not a JSON object",
  no_key: 'its "change-set-key" is missing or not a text',
  bad_revision: 'its "revision" is not an integer',
  foreign: 'its "change-set-key" belongs to another service or version',
  unknown: "this pod has no such change-set",
  not_pushed: "this change-set has not been sent to the application",
  revision_mismatch: 'its "revision" differs from that in its "change-set-key"',
  repeated: "it repeats an earlier reply",
};

/** Counters of configuration push. */
export class ConfigStats {
  /** Requests sent to the application. */
  pushAttempts = 0;
  /** Requests answered with 2xx. */
  pushSuccesses = 0;
  /** Requests without an answer, or answered with another status. */
  pushFailures = 0;
  /** Failed attempts to write a commit. */
  commitFailures = 0;
  /** Messages on CONFIG. */
  replies = 0;
  /** Change-sets without a reply shortly before their lease ended. */
  unanswered = 0;
  /** Change-sets deferred because too many were pending. */
  refused = 0;
  /** Keys under the watched prefix that are not change-sets of this pod. */
  ignoredKeys = 0;
  /** Times the change-sets were listed again. */
  resyncs = 0;
  /** Verdicts by outcome, those on the agent's own file included. */
  readonly outcomes: Record<Outcome, number> = { applied: 0, failed: 0, unused: 0, timed_out: 0 };
  /** Rejected replies by reason. */
  readonly rejections: Record<ReplyRejection, number> = {
    not_json: 0,
    no_key: 0,
    bad_revision: 0,
    foreign: 0,
    unknown: 0,
    not_pushed: 0,
    revision_mismatch: 0,
    repeated: 0,
  };

  /** The metric families; those of XGVela have the label `pod`. */
  families(
    pod: string,
    changeSets: { readonly pending: number; readonly pendingBytes: number },
    stateFailures: () => number,
  ): MetricFamily[] {
    const { outcomes, rejections } = this;
    const xgvela = (name: string, help: string, read: () => number): MetricFamily => ({
      type: "counter",
      name,
      help,
      collect: () => [{ labels: { pod }, value: read() }],
    });
    return [
      xgvela(
        "cim_config_push_attempt_total",
        "Requests with a change-set sent to the application.",
        () => this.pushAttempts,
      ),
      xgvela(
        "cim_config_push_success_total",
        "Pushes the application accepted.",
        () => this.pushSuccesses,
      ),
      xgvela(
        "cim_config_push_failure_total",
        "Pushes the application did not accept.",
        () => this.pushFailures,
      ),
      xgvela(
        "cim_commit_config_push_failure_total",
        "Failed attempts to write a commit.",
        () => this.commitFailures,
      ),
      xgvela("cim_config_resp_received_total", "Messages received on CONFIG.", () => this.replies),
      xgvela("cim_config_resp_success_total", "Change-sets applied.", () => outcomes.applied),
      xgvela(
        "cim_config_resp_unused_total",
        "Change-sets the application declared unused.",
        () => outcomes.unused,
      ),
      xgvela("cim_config_resp_failure_total", "Change-sets that failed.", () => outcomes.failed),
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
        "Change-sets deferred because too many were pending.",
        () => this.refused,
      ),
      counter(
        "cim_config_ignored_keys_total",
        "Keys under the watched prefix that are not change-sets of this pod.",
        () => this.ignoredKeys,
      ),
      counter(
        "cim_config_push_resyncs_total",
        "Times the change-sets were listed again after a gap.",
        () => this.resyncs,
      ),
      counter(
        "cim_config_state_failures_total",
        "Failed writes of change-set records to the agent's own store; a restart would not find them.",
        stateFailures,
      ),
      gauge("cim_config_pending", "Change-sets without a verdict.", () => changeSets.pending),
      gauge(
        "cim_config_pending_bytes",
        "Bytes of the patches of change-sets without a verdict.",
        () => changeSets.pendingBytes,
      ),
      {
        type: "counter",
        name: "cim_config_reply_rejected_total",
        help: "Rejected replies of the application, by reason.",
        collect: () =>
          Object.entries(rejections).map(([reason, value]) => ({ labels: { reason }, value })),
      },
    ];
  }
}
