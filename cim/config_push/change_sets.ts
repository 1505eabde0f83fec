/**
 * Configuration handling of one service: change-sets in, pushes and patches, replies in, commits out.
 *
 * @module
 */
import type { Change, Clock, Logger, SyncEvent } from "../../core/mod.ts";
import type { ChangeRecord } from "./change_record.ts";
import {
  type ChangeSetKey,
  isOfOtherVersion,
  type Level,
  levels,
  ownDataKey,
  parseChangeSetKey,
  type Scope,
} from "./change_set_key.ts";
import { type ConfigReply, parseConfigReply } from "./config_reply.ts";
import type { ConfigStats, ReplyRejection } from "./config_stats.ts";
import type { ChangeHistory } from "./history.ts";
import { LevelQueue } from "./level_queue.ts";
import { Push, type PushServices } from "./push.ts";
import type { Settlement } from "./settlement.ts";
import { replyVerdict, type Verdict } from "./verdict.ts";

/** What {@linkcode ChangeSets} works with. */
export interface ChangeSetsOptions {
  readonly scope: Scope;
  readonly push: PushServices;
  readonly settlement: Settlement;
  /** Whether the application has registered. */
  readonly isAppReady: () => boolean;
  /** Applies a change-set of the agent's own file. */
  readonly applyOwn: (change: ChangeSetKey, patch: Uint8Array) => Promise<Verdict>;
  /** Change-sets without a verdict at most. */
  readonly maxPending: number;
  /** Asks for the change-sets to be listed again, since some were put off. */
  readonly onRoom: () => void;
}

const rejectionTexts: Readonly<Record<ReplyRejection, string>> = {
  not_json: "it is no JSON object",
  no_key: 'its "change-set-key" is missing or no text',
  bad_revision: 'its "revision" is no integer',
  foreign: 'its "change-set-key" is no change-set of this service and version',
  unknown: "this pod has pushed no such change-set of late",
  revision_mismatch: 'its "revision" is not that of its "change-set-key"',
  repeated: "the application said so before",
};

/** Takes change-sets and replies, and brings each change-set to its verdict. */
export class ChangeSets {
  readonly #options: ChangeSetsOptions;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #history: ChangeHistory;
  readonly #stats: ConfigStats;
  readonly #settlement: Settlement;
  readonly #queues: Readonly<Record<Level, LevelQueue>>;
  #hasPutOff = false;
  /** When the application was last started anew in this life of the agent. */
  #newStartAt = -Infinity;

  constructor(options: ChangeSetsOptions) {
    this.#options = options;
    ({ log: this.#log, clock: this.#clock, history: this.#history, stats: this.#stats } =
      options.push);
    this.#settlement = options.settlement;
    const queue = { isAppReady: options.isAppReady, onDone: () => this.#makeRoom() };
    this.#queues = { nf: new LevelQueue(queue), ms: new LevelQueue(queue) };
  }

  /** Change-sets without a verdict. */
  get pending(): number {
    return levels.reduce((sum, level) => sum + this.#queues[level].size, 0);
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(levels.map((level) => this.#queues[level].run(signal)));
  }

  /** Takes what the store says. A snapshot is taken like a set of changes: known ones are skipped. */
  sync(event: SyncEvent): void {
    if (event.type === "changes") {
      for (const change of event.changes) this.#take(change);
      return;
    }
    const keys = new Set<string>();
    for (const { key, value } of event.entries) {
      const change = this.#parse(key);
      if (!change) continue;
      keys.add(key);
      this.#add(change, value, { isNews: false });
    }
    this.#closeRecordsBut(keys);
  }

  /** Takes a message of subject CONFIG. */
  receive(payload: Uint8Array): void {
    this.#stats.replies++;
    const reply = parseConfigReply(payload);
    if (typeof reply === "string") return this.#reject(reply, "");
    const change = parseChangeSetKey(reply.changeSetKey, this.#options.scope);
    if (!change) return this.#reject("foreign", reply.changeSetKey);
    const record = this.#history.get(change.key);
    if (!record || record.state === "skipped") return this.#reject("unknown", change.key);
    if ((reply.revision ?? change.revision) !== change.revision) {
      return this.#reject("revision_mismatch", change.key);
    }
    this.#reply(change, record, reply);
  }

  /**
   * The application has registered: pushes may go. One that waits for a reply is sent again when the
   * application was started anew, since it has forgotten.
   */
  registered({ isNewStart }: { isNewStart: boolean }): void {
    if (isNewStart) this.#newStartAt = this.#clock.now();
    for (const level of levels) {
      if (isNewStart) this.#queues[level].feedCurrent({ type: "go" });
      this.#queues[level].wake();
    }
  }

  /** The change-sets of late, the newest first. */
  list(): ChangeRecord[] {
    return this.#history.list();
  }

  #take(change: Change): void {
    const parsed = this.#parse(change.type === "put" ? change.entry.key : change.key);
    if (!parsed) return;
    if (change.type === "delete") this.#withdraw(parsed);
    else this.#add(parsed, change.entry.value, { isNews: true });
  }

  #parse(key: string): ChangeSetKey | undefined {
    const change = parseChangeSetKey(key, this.#options.scope);
    if (change) return change;
    this.#stats.ignoredKeys++;
    if (isOfOtherVersion(key, this.#options.scope)) {
      this.#log.debug("Change-set of another version ignored", { key });
    } else {
      this.#log.warn(
        `Cannot read key "${key.slice(0, 300)}": wanted ` +
          "change-set/<namespace>/<service>/<version>/<nf or ms>/<file>/<revision>",
      );
    }
  }

  /** Takes a change-set. One that is skipped leaves a record only if it is news. */
  #add(change: ChangeSetKey, patch: Uint8Array, { isNews }: { isNews: boolean }): void {
    const { key, level, dataKey, revision } = change;
    const queue = this.#queues[level];
    const record = this.#history.get(key);
    if (queue.find(key)) return;
    const settledBefore = this.#settlement.settledBefore(change);
    if (settledBefore !== undefined) {
      this.#log.debug("Change-set skipped", { key, reason: settledBefore });
      if (isNews && !record) this.#history.put(this.#newRecord(change, "skipped", settledBefore));
      return;
    }
    if (this.pending >= this.#options.maxPending) {
      this.#stats.refused++;
      this.#hasPutOff = true;
      this.#log.error("Change-set put off: too many are pending", { key });
      return;
    }
    if (!record) this.#history.put(this.#newRecord(change, "seen", ""));
    this.#log.info("Change-set seen", { key });
    if (dataKey === ownDataKey) {
      const run = async () =>
        this.#settlement.settle(change, await this.#options.applyOwn(change, patch));
      queue.add({ change, push: undefined, run });
      return;
    }
    // What was pushed to an application that has been started anew since is as good as not pushed.
    const isForgotten = (record?.seenAt ?? 0) <= this.#newStartAt;
    const push: Push = new Push(
      change,
      patch,
      isForgotten ? undefined : record,
      this.#options.push,
      (verdict) => this.#settlement.settle(change, verdict, push.endsAt),
    );
    queue.add({ change, push, run: (signal) => push.run(signal) });
    if (revision < (this.#queues[level].currentRevision ?? 0)) {
      this.#log.warn("Change-set came behind one of a higher revision", { key });
    }
  }

  /** Change-sets of an earlier life that are gone have ended while nobody looked. */
  #closeRecordsBut(keys: ReadonlySet<string>): void {
    for (const { key, state } of this.#history.list()) {
      if ((state !== "seen" && state !== "pushed") || keys.has(key)) continue;
      const change = parseChangeSetKey(key, this.#options.scope);
      if (!change) continue;
      const reason = "its lease ended while the agent was away";
      if (this.#queues[change.level].find(key)) this.#withdraw(change);
      else this.#settlement.settle(change, { outcome: "timed_out", reason });
    }
  }

  #withdraw(change: ChangeSetKey): void {
    const queue = this.#queues[change.level];
    const removed = queue.remove(change.key);
    if (removed && !removed.push) {
      const reason = "it was withdrawn before its turn came";
      this.#settlement.settle(change, { outcome: "timed_out", reason });
    } else (removed ?? queue.find(change.key))?.push?.feed({ type: "over" });
    this.#makeRoom();
  }

  #reply(change: ChangeSetKey, record: ChangeRecord, reply: ConfigReply): void {
    const { status, remarks } = reply;
    const push = this.#queues[change.level].find(change.key)?.push;
    if (push && push.state.phase !== "settled") {
      return push.feed({ type: "reply", status, remarks });
    }
    const verdict = replyVerdict(status, remarks);
    if (record.verdict === verdict.outcome) return this.#reject("repeated", change.key);
    this.#settlement.settle(change, verdict);
  }

  #reject(reason: ReplyRejection, key: string): void {
    this.#stats.rejections[reason]++;
    const level = reason === "repeated" ? "debug" : "warn";
    this.#log[level](`Cannot take a reply on CONFIG: ${rejectionTexts[reason]}`, { key });
  }

  #makeRoom(): void {
    if (!this.#hasPutOff || this.pending > this.#options.maxPending / 2) return;
    this.#hasPutOff = false;
    this.#options.onRoom();
  }

  #newRecord(change: ChangeSetKey, state: "seen" | "skipped", reason: string): ChangeRecord {
    return { ...change, state, reason, attempts: 0, seenAt: this.#clock.now() };
  }
}
