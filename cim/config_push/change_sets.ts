/**
 * Receives change-sets and replies, decides which need work, and queues them.
 *
 * @module
 */
import type { Change, Clock, Logger, SyncEvent } from "../../core/mod.ts";
import {
  type ChangeSetKey,
  type Level,
  levels,
  ownDataKey,
  parseChangeSetKey,
  type Scope,
} from "../config_keys/mod.ts";
import { type ConfigReply, parseConfigReply } from "./app_messages.ts";
import { type ChangeRecord, isPending, replyVerdict, type Verdict } from "./change_record.ts";
import { type ConfigStats, rejectionTexts, type ReplyRejection } from "./config_stats.ts";
import type { ChangeHistory } from "./history.ts";
import { type IgnoredKey, IgnoredKeys } from "./ignored_keys.ts";
import type { KeptPatches } from "./kept_patches.ts";
import { LevelQueue, type QueueItem } from "./level_queue.ts";
import { Push, type PushServices } from "./push.ts";
import type { PushConditions } from "./push_status.ts";
import { replayable, replayRefused } from "./replay.ts";
import type { SettledBefore } from "./commit_ledger.ts";
import type { Settlement } from "./settlement.ts";

/** Options of {@linkcode ChangeSets}. */
export interface ChangeSetsOptions {
  readonly scope: Scope;
  readonly push: PushServices;
  readonly settlement: Settlement;
  /** Patches of the change-sets in the history. */
  readonly patches: KeptPatches;
  /** Whether the application has registered. */
  readonly isAppReady: () => boolean;
  /** Applies a change-set of the agent's own file. */
  readonly applyOwn: (change: ChangeSetKey, patch: Uint8Array) => Promise<Verdict>;
  /** Most change-sets without a verdict. */
  readonly maxPending: number;
  /** Maximum bytes of their patches. */
  readonly maxPendingBytes: number;
  /** Called when there is room again for deferred change-sets: list them again. */
  readonly onRoom: () => void;
}

/** Times that the application of one change-set for the agent's own file is begun. */
const maxOwnAttempts = 3;

/** Processes change-sets and replies until each change-set has a verdict. */
export class ChangeSets {
  readonly #options: ChangeSetsOptions;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #history: ChangeHistory;
  readonly #stats: ConfigStats;
  readonly #settlement: Settlement;
  readonly #ignored: IgnoredKeys;
  readonly #queues: Readonly<Record<Level, LevelQueue>>;
  /** `full`: some change-sets were left in the store; `listing`: they are being listed again. */
  #deferral: "none" | "full" | "listing" = "none";
  /** Keys of change-sets that are pushed again. Their keys in the store, which end with the lease, do not matter. */
  readonly #replays = new Set<string>();
  /** When the application last restarted in this run of the agent. */
  #newStartAt = -Infinity;

  constructor(options: ChangeSetsOptions) {
    this.#options = options;
    ({ log: this.#log, clock: this.#clock, history: this.#history, stats: this.#stats } =
      options.push);
    this.#settlement = options.settlement;
    this.#ignored = new IgnoredKeys({ scope: options.scope, clock: this.#clock, log: this.#log });
    const { clock, readLease, leaseMarginMs } = options.push;
    const queue = {
      isAppReady: options.isAppReady,
      onDone: () => this.#makeRoom(),
      clock,
      readLease,
      leadMs: 2 * leaseMarginMs,
    };
    this.#queues = { nf: new LevelQueue(queue), ms: new LevelQueue(queue) };
  }

  /** Number of change-sets without a verdict. */
  get pending(): number {
    return levels.reduce((sum, level) => sum + this.#queues[level].size, 0);
  }

  /** Bytes of the patches of change-sets without a verdict. */
  get pendingBytes(): number {
    return levels.reduce((sum, level) => sum + this.#queues[level].bytes, 0);
  }

  /** Whether the application may be about to send a reply. */
  get isReplyAwaited(): boolean {
    return levels.some((level) => this.#queues[level].isReplyAwaited);
  }

  /** Processes change-sets until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(levels.map((level) => this.#queues[level].run(signal)));
  }

  /** Takes a snapshot or changes of the store. Known change-sets of a snapshot are skipped. */
  sync(event: SyncEvent): void {
    if (event.type === "changes") {
      for (const change of event.changes) this.#take(change);
      return;
    }
    this.#deferral = "none";
    this.#ignored.retain(new Set(event.entries.map(({ key }) => key)));
    const found = event.entries.flatMap(({ key, value }) => {
      const change = this.#parse(key);
      return change ? [{ change, value }] : [];
    });
    // The store lists keys as text, where 10 comes before 9.
    found.sort((a, b) => a.change.revision - b.change.revision);
    for (const { change, value } of found) this.#add(change, value, { isNew: false });
    this.#closeRecordsBut(new Set(found.map(({ change }) => change.key)));
  }

  /** Handles a message of subject CONFIG. */
  receive(payload: Uint8Array): void {
    this.#stats.replies++;
    const reply = parseConfigReply(payload);
    if (typeof reply === "string") return this.#reject(reply, "");
    const change = parseChangeSetKey(reply.changeSetKey, this.#options.scope);
    if (!change) return this.#reject("foreign", reply.changeSetKey);
    const record = this.#history.get(change.key);
    if (!record || record.state === "skipped") return this.#reject("unknown", change.key);
    if (record.attempts === 0 || change.dataKey === ownDataKey) {
      return this.#reject("not_pushed", change.key);
    }
    if ((reply.revision ?? change.revision) !== change.revision) {
      return this.#reject("revision_mismatch", change.key);
    }
    this.#reply(change, record, reply);
  }

  /**
   * Handles a registration: change-sets can be sent. The one that waits for a reply is sent again when the
   * application restarted, because the restart lost it.
   */
  registered({ isNewStart }: { isNewStart: boolean }): void {
    if (isNewStart) this.#newStartAt = this.#clock.now();
    for (const level of levels) {
      if (isNewStart) this.#queues[level].resend();
      this.#queues[level].wake();
    }
  }

  /** Number of pending change-sets, since when the oldest is pending, and what blocks them. */
  progress(): Pick<PushConditions, "pending" | "since" | "blockedBy"> {
    const seenAt = levels.flatMap((level) => this.#queues[level].keys())
      .flatMap((key) => {
        const record = this.#history.get(key);
        return record?.replayedAt ?? record?.seenAt ?? [];
      });
    return {
      pending: this.pending,
      since: seenAt.length > 0 ? seenAt.reduce((a, b) => Math.min(a, b)) : undefined,
      blockedBy: levels.map((level) => this.#queues[level].blockedBy).find(Boolean),
    };
  }

  /** Recent change-sets, newest first. */
  list(): ChangeRecord[] {
    return this.#history.list();
  }

  /** The patch of a change-set; undefined when it is not kept. */
  patch(key: string): Promise<Uint8Array | undefined> {
    return this.#options.patches.read(key);
  }

  /**
   * Queues a change-set that has an outcome for the application again.
   *
   * @throws {AgentError} `change_set_unknown` or `change_set_replay_refused`.
   */
  async replay(key: string): Promise<ChangeRecord> {
    replayable(key, this.list());
    const patch = await this.patch(key);
    // Again: much can happen while the store reads.
    const record = replayable(key, this.list());
    const change = parseChangeSetKey(key, this.#options.scope);
    if (!change || !patch) {
      throw replayRefused(key, "its patch is not kept; write a new change-set");
    }
    if (!this.#options.isAppReady()) {
      throw replayRefused(key, "the application has not registered; try again when it has");
    }
    if (this.#isFull(patch)) {
      throw replayRefused(key, "too many change-sets are pending; try again later");
    }
    const queued: ChangeRecord = {
      ...record,
      state: "seen",
      reason: "",
      commit: undefined,
      replayedAt: this.#clock.now(),
    };
    this.#replays.add(key);
    this.#history.put(queued);
    this.#log.info("Change-set is pushed again", { key });
    this.#queues[change.level].add(this.#replayItem(change, patch, queued));
    return queued;
  }

  /** Keys that are no change-sets of this pod, newest first. */
  ignored(): IgnoredKey[] {
    return this.#ignored.list();
  }

  #take(change: Change): void {
    const { type } = change;
    if (type === "delete") this.#ignored.delete(change.key);
    const parsed = type === "put"
      ? this.#parse(change.entry.key)
      : parseChangeSetKey(change.key, this.#options.scope);
    if (!parsed) return;
    if (change.type === "delete") this.#withdraw(parsed);
    else this.#add(parsed, change.entry.value, { isNew: true });
  }

  #parse(key: string): ChangeSetKey | undefined {
    const change = parseChangeSetKey(key, this.#options.scope);
    if (change) return change;
    this.#stats.ignoredKeys++;
    this.#ignored.add(key);
  }

  /** Queues a change-set that needs work. A skipped one is recorded only if it is new. */
  #add(change: ChangeSetKey, patch: Uint8Array, { isNew }: { isNew: boolean }): void {
    const { key, level, revision } = change;
    const queue = this.#queues[level];
    if (queue.find(key)) return;
    const record = this.#history.get(key);
    const settled = this.#settlement.settledBefore(change);
    if (settled) return this.#skip(change, settled, { isNew });
    if (this.#deferral !== "none" || this.#isFull(patch)) {
      return this.#defer(key);
    }
    const resumed = record && isPending(record) ? record : undefined;
    if (!resumed) {
      this.#history.put(
        this.#newRecord(change, "seen", ""),
        this.#options.patches.keep(key, patch),
      );
    }
    this.#log.info("Change-set seen", { key });
    const { current } = queue;
    if (current && revision < current.change.revision && !current.push?.canYield) {
      this.#log.warn("Change-set arrived after one of a higher revision", { key });
    }
    queue.add(
      change.dataKey === ownDataKey
        ? this.#ownItem(change, patch)
        : this.#pushItem(change, patch, resumed),
    );
  }

  #skip(
    change: ChangeSetKey,
    { reason, isOutOfOrder }: SettledBefore,
    { isNew }: { isNew: boolean },
  ): void {
    const { key } = change;
    const isRecorded = this.#history.get(key) !== undefined;
    const level = isOutOfOrder && !isRecorded ? "warn" : isNew ? "info" : "debug";
    this.#log[level]("Change-set skipped", { key, reason });
    if (isRecorded || !(isNew || isOutOfOrder)) return;
    this.#history.put(this.#newRecord(change, "skipped", reason));
  }

  /** Whether there is no room for a patch. One that is larger than all the room is taken when it is alone. */
  #isFull(patch: Uint8Array): boolean {
    const { maxPending, maxPendingBytes } = this.#options;
    const bytes = this.pendingBytes + patch.length;
    return this.pending >= maxPending || (this.pending > 0 && bytes > maxPendingBytes);
  }

  /** Leaves a change-set in the store. All later ones are deferred too, so that the order is kept. */
  #defer(key: string): void {
    this.#stats.refused++;
    if (this.#deferral !== "none") return;
    this.#deferral = "full";
    this.#log.warn("Change-sets deferred: too many are pending", { first: key });
  }

  #pushItem(
    change: ChangeSetKey,
    patch: Uint8Array,
    record: ChangeRecord | undefined,
  ): QueueItem {
    // A push before the last restart of the application is lost.
    const isLost = (record?.seenAt ?? 0) <= this.#newStartAt;
    const push = new Push(
      change,
      patch,
      isLost ? undefined : record,
      this.#options.push,
      (verdict) => this.#settlement.settle(change, verdict),
    );
    return { change, bytes: patch.length, push, run: (signal) => push.run(signal) };
  }

  /** A change-set that is pushed again has no lease: it has the time of one without a lease. */
  #replayItem(change: ChangeSetKey, patch: Uint8Array, record: ChangeRecord): QueueItem {
    const services: PushServices = {
      ...this.#options.push,
      readLease: () => Promise.resolve({ state: "unleased" }),
    };
    const push = new Push(
      change,
      patch,
      { ...record, mayHaveArrived: false },
      services,
      (verdict) => {
        this.#replays.delete(change.key);
        this.#settlement.settle(change, verdict, { isReplay: true });
      },
    );
    return { change, bytes: patch.length, push, run: (signal) => push.run(signal) };
  }

  /**
   * The agent's own file. Its application is recorded as begun: a patch that ends the agent each time fails in the
   * run after the last attempt.
   */
  #ownItem(change: ChangeSetKey, patch: Uint8Array): QueueItem {
    const run = async () => {
      const attempts = (this.#history.get(change.key)?.attempts ?? 0) + 1;
      if (attempts > maxOwnAttempts) {
        const reason = `the agent ended ${maxOwnAttempts} times while it applied the patch`;
        this.#settlement.settle(change, { outcome: "failed", reason, isConfirmed: false });
        return;
      }
      await this.#history.update(change.key, { attempts });
      this.#settlement.settle(change, await this.#options.applyOwn(change, patch));
    };
    return { change, bytes: patch.length, push: undefined, run };
  }

  /** Settles recorded change-sets whose keys are gone: they ended while the agent did not watch. */
  #closeRecordsBut(keys: ReadonlySet<string>): void {
    for (const record of this.#history.list()) {
      const { key } = record;
      if (!isPending(record) || keys.has(key) || this.#replays.has(key)) continue;
      const change = parseChangeSetKey(key, this.#options.scope);
      if (!change) continue;
      const reason = "its lease ended while the agent did not watch";
      if (this.#queues[change.level].find(key)) this.#withdraw(change);
      else {
        this.#settlement.settle(change, { outcome: "timed_out", reason, isConfirmed: false });
      }
    }
  }

  #withdraw(change: ChangeSetKey): void {
    if (this.#replays.has(change.key)) return;
    const queue = this.#queues[change.level];
    const removed = queue.remove(change.key);
    if (removed && !removed.push) {
      const reason = "it was deleted before it was applied";
      this.#settlement.settle(change, { outcome: "timed_out", reason, isConfirmed: false });
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
    this.#log[level](`Rejected a reply on CONFIG: ${rejectionTexts[reason]}`, { key });
  }

  /** Lists the change-sets again once half of the room is free for deferred ones. */
  #makeRoom(): void {
    const { maxPending, maxPendingBytes } = this.#options;
    if (this.#deferral !== "full" || this.pending > maxPending / 2) return;
    if (this.pendingBytes > maxPendingBytes / 2) return;
    this.#deferral = "listing";
    this.#options.onRoom();
  }

  #newRecord(change: ChangeSetKey, state: "seen" | "skipped", reason: string): ChangeRecord {
    return { ...change, state, reason, attempts: 0, seenAt: this.#clock.now() };
  }
}
