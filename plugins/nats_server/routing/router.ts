/**
 * From a message to everyone who gets it.
 *
 * Everything here is synchronous: a message is matched, copied into the outputs of its clients and shown
 * to the handlers of this process before the next one is parsed. Outputs that got something are *dirty*
 * and flushed once, when the publisher's chunk is done (`endChunk`); handlers hear of the end of the
 * chunk at the same moment.
 *
 * @module
 */
import { byteString, byteStringBytes } from "../protocol/ascii.ts";
import type { Connection } from "../connection/connection.ts";
import { Families } from "../monitoring/families.ts";
import { bareFrame, type Frame, layOut, ReusedView, rewrittenLine } from "../protocol/frame.ts";
import type { Parser } from "../protocol/parser.ts";
import { isReservedReply } from "../subjects/reserved.ts";
import type { Counters } from "../stats.ts";
import { SubjectCache, type SubjectEntry } from "./subject_cache.ts";
import { Sublist } from "../subjects/sublist.ts";
import type { Subscription } from "./subscription.ts";

const lineEnd = byteStringBytes("\r\n");

/** Options of {@linkcode Router}. */
export interface RouterOptions {
  readonly counters: Counters;
  readonly families: Families;
  /** Told when a handler throws. */
  readonly onHandlerError: (subject: string, error: unknown) => void;
  /** A number from 0 to 1, for the choice within a queue group. */
  readonly random: () => number;
}

/** Delivers messages. See the module comment. */
export class Router {
  readonly sublist = new Sublist<Subscription>();
  readonly families: Families;
  readonly #cache: SubjectCache;
  readonly #counters: Counters;
  readonly #onHandlerError: RouterOptions["onHandlerError"];
  #dirty: Connection[] = [];
  #touched: Subscription[] = [];
  /** One view per depth: a handler may publish, and that may reach another handler. */
  readonly #views: ReusedView[] = [];
  #depth = 0;
  #pausedCount = 0;
  #held: (() => void)[] = [];
  /** State of the generator that picks within queue groups. */
  #dice: number;

  constructor({ counters, families, onHandlerError, random }: RouterOptions) {
    this.#counters = counters;
    this.families = families;
    this.#cache = new SubjectCache(this.sublist, families);
    this.#onHandlerError = onHandlerError;
    this.#dice = Math.floor(random() * 0x7fff_ffff) | 1;
  }

  /**
   * Takes a client's message. False: not taken, because a subscriber of this process is full; wait for
   * `resumed` and offer it again.
   */
  publish(from: Connection, parser: Parser, buffer: Uint8Array): boolean {
    const entry = this.#entryOf(from, parser, buffer);
    if (this.#pausedCount > 0 && isFull(entry)) return false;
    const bytes = parser.payloadEnd - parser.headerStart;
    entry.family.messages++;
    entry.family.bytes += bytes;
    from.inMessages++;
    from.inBytes += bytes;
    if (entry.isReserved || !from.mayPublish(entry)) {
      from.violate("publish_permission", `Permissions Violation for Publish to `, entry.subject);
      return true;
    }
    const hasReply = parser.replyEnd > parser.replyStart;
    if (hasReply && isReservedReply(buffer, parser.replyStart, parser.replyEnd)) {
      const reply = byteString(buffer, parser.replyStart, parser.replyEnd);
      from.violate("publish_permission", `Permissions Violation for Publish with Reply of `, reply);
      return true;
    }
    if (from.verbose) from.ok();
    if (entry.isEmpty || !this.#deliver(entry, parser, buffer, from)) {
      entry.family.unrouted++;
      if (hasReply && from.noResponders) this.#noResponders(from, entry, parser, buffer);
    }
    return true;
  }

  /** Takes a message of this process. Returns whether anyone got it. */
  publishLocal(
    subject: string,
    payload: Uint8Array,
    reply: string,
    headers: Uint8Array | null,
  ): boolean {
    const entry = this.#cache.findText(subject);
    entry.family.messages++;
    entry.family.bytes += payload.length + (headers?.length ?? 0);
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

  /** Whether a message on this subject would reach anyone. */
  hasSubscribers(subject: string): boolean {
    return !this.#cache.findText(subject).isEmpty;
  }

  /** Adds a subscription; false when its subject is malformed. */
  add(subscription: Subscription): boolean {
    if (!this.sublist.insert(subscription)) return false;
    this.#counters.subscriptions++;
    return true;
  }

  /** Ends a subscription. Idempotent. */
  remove(subscription: Subscription): void {
    if (subscription.closed) return;
    subscription.closed = true;
    if (this.sublist.remove(subscription)) this.#counters.subscriptions--;
    this.resume(subscription);
  }

  /** A subscriber of this process is full. */
  pause(subscription: Subscription): void {
    if (subscription.paused || subscription.closed) return;
    subscription.paused = true;
    this.#pausedCount++;
  }

  /** It takes messages again: whoever was held tries again. */
  resume(subscription: Subscription): void {
    if (!subscription.paused) return;
    subscription.paused = false;
    this.#pausedCount--;
    this.release();
  }

  /** Resolves when a held message is worth another try. */
  resumed(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }

  /** Lets every held connection look again at its state. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const wake of held) wake();
  }

  /** Notes that a connection has something to flush. */
  soil(connection: Connection): void {
    if (connection.output.dirty) return;
    connection.output.dirty = true;
    this.#dirty.push(connection);
  }

  /** The chunk is done: tells the handlers, then flushes. */
  endChunk(): void {
    while (this.#touched.length > 0) {
      const touched = this.#touched;
      this.#touched = [];
      for (const subscription of touched) this.#tellChunkEnd(subscription);
    }
    for (const view of this.#views) view.clear();
    const dirty = this.#dirty;
    for (let i = 0; i < dirty.length; i++) dirty[i].output.flush();
    dirty.length = 0;
  }

  /** The entry of the subject; most messages come on the one before. */
  #entryOf(from: Connection, parser: Parser, buffer: Uint8Array): SubjectEntry {
    const last = from.lastEntry;
    if (parser.sameSubject && last !== null) {
      this.#cache.refresh(last);
      return last;
    }
    const { subjectStart, subjectEnd, subjectHash } = parser;
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
    from: Connection | null,
  ): boolean {
    let delivered = false;
    const { clients, local, groups } = entry;
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

  /** One member gets it, tried from a random one on. Members that are full come last. */
  #toGroup(
    members: readonly Subscription[],
    entry: SubjectEntry,
    frame: Frame,
    buffer: Uint8Array,
    from: Connection | null,
  ): boolean {
    const count = members.length;
    const first = count > 1 ? this.#roll() % count : 0;
    for (let round = this.#pausedCount > 0 ? 0 : 1; round < 2; round++) {
      for (let i = 0; i < count; i++) {
        const at = first + i;
        const member = members[at < count ? at : at - count];
        if (round === 0 && member.paused) continue;
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
    from: Connection | null,
  ): boolean {
    const client = subscription.client!;
    if (subscription.closed || client.isClosed || (client === from && !client.echo)) return false;
    if (client.guard !== null && client.guard.deniesDelivery(entry.subject, subscription.queue)) {
      return false;
    }
    subscription.delivered++;
    if (subscription.max > 0 && subscription.delivered >= subscription.max) {
      client.subscriptions.forget(subscription);
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
    if (!output.dirty) this.soil(client);
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
    if (subscription.closed) return false;
    subscription.delivered++;
    this.#counters.localMessages++;
    if (!subscription.touched) {
      subscription.touched = true;
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

  #tellChunkEnd(subscription: Subscription): void {
    subscription.touched = false;
    if (subscription.closed) return;
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

  /** Tells a requester that nobody answers; it must be subscribed to its reply subject itself. */
  #noResponders(from: Connection, entry: SubjectEntry, frame: Frame, buffer: Uint8Array): void {
    const reply = byteString(buffer, frame.replyStart, frame.replyEnd);
    const { plain } = this.sublist.match(reply);
    const inbox = plain.find((subscription) => subscription.client === from);
    if (inbox === undefined) return;
    const headers = `NATS/1.0 503\r\nNats-Subject: ${entry.subject}\r\n\r\n`;
    const size = headers.length;
    from.output.appendBytes(
      byteStringBytes(`HMSG ${reply} ${inbox.sid} ${size} ${size}\r\n${headers}\r\n`),
    );
    this.soil(from);
  }

  #roll(): number {
    let dice = this.#dice;
    dice ^= dice << 13;
    dice ^= dice >>> 17;
    dice ^= dice << 5;
    this.#dice = dice;
    return dice >>> 0;
  }
}

/** Whether someone in this process who must get the message is full. */
function isFull({ local, groups }: SubjectEntry): boolean {
  for (let i = 0; i < local.length; i++) if (local[i].paused) return true;
  for (let i = 0; i < groups.length; i++) {
    if (groups[i].every((member) => member.paused)) return true;
  }
  return false;
}
