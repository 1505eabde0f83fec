/**
 * Routes a message to all its receivers.
 *
 * Everything here is synchronous: a message is matched, copied into the outputs of its clients and shown to the
 * handlers of this process before the next one is parsed. An output that received something is *dirty* and is
 * flushed once, when the publisher's chunk ends (`endChunk`); handlers are called at the same moment.
 *
 * @module
 */
import {
  bareFrame,
  byteString,
  byteStringBytes,
  type Frame,
  fromByteString,
  isTraceOnly,
  layOut,
  type PublishedFrame,
  rewrittenLine,
} from "../protocol/mod.ts";
import type { Counters } from "../stats.ts";
import { isReservedReply, Sublist } from "../subjects/mod.ts";
import type { Client } from "./client.ts";
import { ReusedView } from "./message_view.ts";
import { mayPublish, type Publisher, refuseReply, refuseSubject } from "./publisher.ts";
import type { RouterOptions } from "./router_options.ts";
import { type CacheStats, SubjectCache, type SubjectEntry } from "./subject_cache.ts";
import type { SubjectMetrics } from "./subject_metrics.ts";
import type { Subscription } from "./subscription.ts";
import { TurnBudget } from "./turn_budget.ts";
import { Xorshift } from "./xorshift.ts";

const lineEnd = byteStringBytes("\r\n");

/** Delivers messages. See the module comment. */
export class Router {
  readonly sublist: Sublist<Subscription> = new Sublist<Subscription>();
  readonly subjectMetrics: SubjectMetrics;
  readonly #cache: SubjectCache;
  readonly #counters: Counters;
  readonly #onHandlerError: RouterOptions["onHandlerError"];
  readonly #now: () => number;
  #dirty: Client[] = [];
  #touched: Subscription[] = [];
  /** One view per call depth: a handler may publish to another handler. */
  readonly #views: ReusedView[] = [];
  #depth = 0;
  #pausedCount = 0;
  readonly #turn = new TurnBudget();
  #held: (() => void)[] = [];
  /** Picks a member of a queue group. */
  readonly #random: Xorshift;

  constructor({ counters, subjectMetrics, onHandlerError, now, random }: RouterOptions) {
    this.#counters = counters;
    this.subjectMetrics = subjectMetrics;
    this.#cache = new SubjectCache(this.sublist, subjectMetrics, this.#turn);
    this.#onHandlerError = onHandlerError;
    this.#now = now;
    this.#random = new Xorshift(random());
  }

  /**
   * Routes a client's message. Returns false when a subscriber of this process is paused or the budget of
   * the turn is spent: the message was not routed; wait for `ready` and call again.
   */
  publish(from: Publisher, frame: PublishedFrame, buffer: Uint8Array): boolean {
    const entry = this.#entryOf(from, frame, buffer);
    if (this.#turn.left <= 0 || (this.#pausedCount > 0 && entry.isPaused)) return false;
    const bytes = frame.payloadEnd - frame.headerStart;
    entry.family.messages++;
    entry.family.bytes += bytes;
    from.inMessages++;
    from.inBytes += bytes;
    // Rare cases are functions of their own: the compiler inlines only a short method.
    if (entry.isReserved || !mayPublish(from, entry)) {
      if (entry.isUserInfo && mayPublish(from, entry)) return this.#userInfo(from, frame, buffer);
      return refuseSubject(from, entry);
    }
    const hasReply = frame.replyEnd > frame.replyStart;
    if (hasReply && isReservedReply(buffer, frame.replyStart, frame.replyEnd)) {
      return refuseReply(from, frame, buffer);
    }
    if (from.verbose) from.ok();
    if (frame.hasHeaders && isTraceOnly(buffer, frame.headerStart, frame.payloadStart)) return true;
    if (entry.isEmpty || !this.#deliver(entry, frame, buffer, from)) {
      entry.family.unrouted++;
      if (hasReply && from.noResponders) this.#noResponders(from, entry, frame, buffer);
    }
    return true;
  }

  /** Routes a message of this process. Returns whether anyone received it. */
  publishLocal(
    subject: string,
    payload: Uint8Array,
    reply: string,
    headers: Uint8Array | null,
  ): boolean {
    const entry = this.#cache.findText(subject);
    entry.family.messages++;
    const bytes = payload.length + (headers?.length ?? 0);
    entry.family.bytes += bytes;
    this.#counters.publishedMessages++;
    this.#counters.publishedBytes += bytes;
    if (entry.isEmpty) {
      entry.family.unrouted++;
      return false;
    }
    const isBare = reply === "" && headers === null && entry.clients.length === 0 &&
      entry.groups.length === 0;
    const delivered = isBare
      ? this.#deliver(entry, bareFrame(payload), payload, null)
      : this.#deliverLaidOut(entry, payload, reply, headers);
    if (!delivered) entry.family.unrouted++;
    if (this.#depth === 0) this.endChunk();
    return delivered;
  }

  /** Whether this process may publish on the subject. */
  isPublishable(subject: string): boolean {
    return this.#cache.findText(subject).isPublishable;
  }

  /** Whether the subject has subscribers. */
  hasSubscribers(subject: string): boolean {
    return !this.#cache.findText(subject).isEmpty;
  }

  /** Counters of the subject cache. */
  cacheStats(): CacheStats {
    return this.#cache.stats();
  }

  /** Adds a subscription; false when its subject is malformed. */
  add(subscription: Subscription): boolean {
    if (!this.sublist.insert(subscription)) return false;
    this.#counters.subscriptions++;
    return true;
  }

  /** Ends a subscription. Idempotent. */
  remove(subscription: Subscription): void {
    if (subscription.isClosed) return;
    subscription.close();
    if (this.sublist.remove(subscription)) this.#counters.subscriptions--;
    this.resume(subscription);
  }

  /** Pauses a subscriber of this process. Idempotent. */
  pause(subscription: Subscription): void {
    if (subscription.isPaused || subscription.isClosed) return;
    subscription.isPaused = true;
    this.#pausedCount++;
  }

  /** Continues a paused subscriber; held publishers retry. Idempotent. */
  resume(subscription: Subscription): void {
    if (!subscription.isPaused) return;
    subscription.isPaused = false;
    this.#pausedCount--;
    this.release();
  }

  /** Begins the turn of a publisher. */
  beginTurn(): void {
    this.#turn.begin();
  }

  /** Whether the current turn has spent its budget. */
  get isTurnSpent(): boolean {
    return this.#turn.left <= 0;
  }

  /** Resolves when a publisher whose message was not routed should retry. */
  ready(): Promise<void> {
    if (this.isTurnSpent) return this.#turn.nextTurn();
    return new Promise((resolve) => this.#held.push(resolve));
  }

  /** Wakes all held publishers. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const wake of held) wake();
  }

  /** Schedules a flush of the client's output at the end of the chunk. */
  markDirty(client: Client): void {
    if (client.output.isDirty) return;
    client.output.isDirty = true;
    this.#dirty.push(client);
  }

  /**
   * Ends a chunk: calls `onChunkEnd` of the handlers that received something, then flushes dirty outputs. The time is
   * read once for all of them, unless the caller knows it.
   */
  endChunk(nowMs?: number): void {
    while (this.#touched.length > 0) {
      const touched = this.#touched;
      this.#touched = [];
      for (const subscription of touched) this.#callChunkEnd(subscription);
    }
    for (const view of this.#views) view.clear();
    const dirty = this.#dirty;
    if (dirty.length === 0) return;
    const endMs = nowMs ?? this.#now();
    for (let i = 0; i < dirty.length; i++) dirty[i].flush(endMs);
    dirty.length = 0;
  }

  /** The entry of the message's subject; most messages repeat the previous subject. */
  #entryOf(from: Publisher, frame: PublishedFrame, buffer: Uint8Array): SubjectEntry {
    const last = from.lastEntry;
    if (frame.isSameSubject && last !== null) {
      this.#cache.refresh(last);
      return last;
    }
    const { subjectStart, subjectEnd, subjectHash } = frame;
    const entry = this.#cache.find(buffer, subjectStart, subjectEnd, subjectHash);
    from.lastEntry = entry;
    return entry;
  }

  #deliverLaidOut(
    entry: SubjectEntry,
    payload: Uint8Array,
    reply: string,
    headers: Uint8Array | null,
  ): boolean {
    const { frame, buffer } = layOut(reply, headers, payload);
    return this.#deliver(entry, frame, buffer, null);
  }

  #deliver(
    entry: SubjectEntry,
    frame: Frame,
    buffer: Uint8Array,
    from: Publisher | null,
  ): boolean {
    let delivered = false;
    const { clients, local, groups } = entry;
    this.#turn.left -= clients.length + local.length + groups.length;
    for (let i = 0; i < clients.length; i++) {
      if (this.#toClient(clients[i], entry, frame, buffer, from)) delivered = true;
    }
    for (let i = 0; i < local.length; i++) {
      if (this.#toHandler(local[i], entry, frame, buffer)) delivered = true;
    }
    for (let i = 0; i < groups.length; i++) {
      if (this.#toGroup(groups[i], entry, frame, buffer, from)) delivered = true;
    }
    return delivered;
  }

  /** Delivers to one member, beginning with a random one; paused members are tried last. */
  #toGroup(
    members: readonly Subscription[],
    entry: SubjectEntry,
    frame: Frame,
    buffer: Uint8Array,
    from: Publisher | null,
  ): boolean {
    const count = members.length;
    const first = count > 1 ? this.#random.next() % count : 0;
    for (let round = this.#pausedCount > 0 ? 0 : 1; round < 2; round++) {
      for (let i = 0; i < count; i++) {
        const at = first + i;
        const member = members[at < count ? at : at - count];
        if (round === 0 && member.isPaused) continue;
        const taken = member.client === null
          ? this.#toHandler(member, entry, frame, buffer)
          : this.#toClient(member, entry, frame, buffer, from);
        if (taken) return true;
      }
    }
    return false;
  }

  #toClient(
    subscription: Subscription,
    entry: SubjectEntry,
    frame: Frame,
    buffer: Uint8Array,
    from: Publisher | null,
  ): boolean {
    const client = subscription.client!;
    if (subscription.isClosed || client.isClosed || (client === from && !client.echo)) return false;
    if (client.guard !== null && client.guard.deniesDelivery(entry.subject, subscription.queue)) {
      return false;
    }
    subscription.delivered++;
    if (subscription.max > 0 && subscription.delivered >= subscription.max) {
      client.unsubscribe(subscription.sid);
    }
    const { output } = client;
    subscription.prepareHead(entry);
    const { headBytes, headEnd } = subscription;
    let bytes = frame.payloadEnd - frame.payloadStart;
    if (!frame.hasHeaders || client.headers) {
      bytes += frame.payloadStart - frame.headerStart;
      const headStart = frame.hasHeaders ? 0 : 1;
      if (frame.tailStart >= 0) {
        output.append(headBytes, headStart, headEnd, buffer, frame.tailStart, frame.payloadEnd + 2);
      } else {
        const line = rewrittenLine(frame, buffer, frame.hasHeaders);
        output.append(headBytes, headStart, headEnd, line, 0, line.length);
        output.append(headBytes, 0, 0, buffer, frame.headerStart, frame.payloadEnd + 2);
      }
    } else {
      const line = rewrittenLine(frame, buffer, false);
      output.append(headBytes, 1, headEnd, line, 0, line.length);
      output.append(headBytes, 0, 0, buffer, frame.payloadStart, frame.payloadEnd);
      output.appendBytes(lineEnd);
    }
    if (client.isClosed) {
      entry.family.dropped++;
      return false;
    }
    client.outMessages++;
    client.outBytes += bytes;
    this.#counters.outMessages++;
    this.#counters.outBytes += bytes;
    if (!output.isDirty) this.markDirty(client);
    if (from !== null && output.pendingBytes > from.stallBytes) from.stalledBy = client;
    if (client.guard !== null && frame.replyEnd > frame.replyStart) {
      client.guard.expectResponse(byteString(buffer, frame.replyStart, frame.replyEnd));
    }
    return true;
  }

  #toHandler(
    subscription: Subscription,
    entry: SubjectEntry,
    frame: Frame,
    buffer: Uint8Array,
  ): boolean {
    if (subscription.isClosed) return false;
    subscription.delivered++;
    this.#counters.localMessages++;
    if (!subscription.isTouched) {
      subscription.isTouched = true;
      this.#touched.push(subscription);
    }
    const view = this.#views[this.#depth] ??= new ReusedView();
    view.show(entry, frame, buffer);
    this.#depth++;
    try {
      subscription.handler!.onMessage(view);
    } catch (error) {
      entry.family.failed++;
      this.#handlerFailed(entry.text, error);
    } finally {
      this.#depth--;
    }
    return true;
  }

  #callChunkEnd(subscription: Subscription): void {
    subscription.isTouched = false;
    if (subscription.isClosed) return;
    this.#depth++;
    try {
      subscription.handler!.onChunkEnd?.();
    } catch (error) {
      this.#handlerFailed(subscription.subject, error);
    } finally {
      this.#depth--;
    }
  }

  #handlerFailed(subject: string, error: unknown): void {
    this.#counters.handlerErrors++;
    this.#onHandlerError(subject, error);
  }

  #userInfo(from: Publisher, { replyStart, replyEnd }: Frame, buffer: Uint8Array): true {
    if (from.verbose) from.ok();
    const reply = fromByteString(byteString(buffer, replyStart, replyEnd));
    if (this.isPublishable(reply)) this.publishLocal(reply, from.userInfo(), "", null);
    return true;
  }

  /** Sends the 503 message of a request without subscribers; the requester must be subscribed to its reply subject. */
  #noResponders(from: Publisher, entry: SubjectEntry, frame: Frame, buffer: Uint8Array): void {
    const reply = byteString(buffer, frame.replyStart, frame.replyEnd);
    const { plain } = this.sublist.match(reply);
    const inbox = plain.find((subscription) => subscription.client === from);
    if (inbox === undefined) return;
    const headers = `NATS/1.0 503\r\nNats-Subject: ${entry.subject}\r\n\r\n`;
    const line = `HMSG ${reply} ${inbox.sid} ${headers.length} ${headers.length}\r\n`;
    from.output.appendBytes(byteStringBytes(`${line}${headers}\r\n`));
    this.markDirty(from);
  }
}
