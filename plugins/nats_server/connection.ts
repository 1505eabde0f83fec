/**
 * One client: reads its socket, answers its verbs, owns its subscriptions.
 *
 * Invariants:
 * - One read buffer, which grows from 4 KiB to 128 KiB while reads fill it, further only for one large
 *   message, and shrinks again. Nothing may keep a view of it beyond the call it was given in.
 * - Reading stops while something is owed first: authentication under way, a subscriber of this process that
 *   is full (the rest of the chunk stays in the buffer), or, for a moment, a slow client.
 * - `run` ends, and only then is everything released: socket, subscriptions, pending output.
 *
 * @module
 */
import { byteString, utf8, utf8Text } from "./ascii.ts";
import type { Principal } from "./authenticator.ts";
import { closeTexts, faultReasons, flushlessReasons } from "./close_reasons.ts";
import { connectDefaults, type ConnectOptions, parseJson, readConnect } from "./connect_options.ts";
import { goQuote } from "./go_quote.ts";
import type { Guard } from "./guard.ts";
import { Output, type OutputOwner } from "./output.ts";
import { type LineVerb, Parser, type ParserFault, type ParserSink, parseSize } from "./parser.ts";
import type { Router } from "./router.ts";
import type { ServerContext } from "./server_context.ts";
import type { CloseReason, ViolationKind } from "./stats.ts";
import { isLiteralSubject } from "./subject.ts";
import type { SubjectEntry } from "./subject_cache.ts";
import { Subscription } from "./subscription.ts";
import type { Transport } from "./transport.ts";

const firstBufferBytes = 4 * 1024;
const fullBufferBytes = 128 * 1024;
const shrinkAfterReads = 256;
const okBytes = utf8("+OK\r\n");
const pongBytes = utf8("PONG\r\n");
const pingBytes = utf8("PING\r\n");
/** Queue group that the reference keeps for itself. */
const systemGroup = "_sys_";

/** A connected client. The router reads and raises its public numbers. */
export class Connection implements ParserSink, OutputOwner {
  readonly id: number;
  readonly transport: Transport;
  readonly output: Output;
  readonly startedMs: number;
  readonly subscriptions = new Map<string, Subscription>();

  inMessages = 0;
  inBytes = 0;
  outMessages = 0;
  outBytes = 0;
  isClosed = false;
  closeReason: CloseReason | null = null;
  /** Last time it sent a message, changed a subscription, or pinged; coarse. */
  lastActivityMs: number;
  /** Round trip of the last answered ping, in milliseconds; -1 before the first. */
  roundTripMs = -1;

  /** From CONNECT. */
  options: ConnectOptions = connectDefaults();
  echo = true;
  verbose = true;
  headers = false;
  noResponders = false;
  principal: Principal | null = null;
  guard: Guard | null = null;

  /** A client whose output is over the stall bound because of this one. */
  stalledBy: Connection | null = null;
  readonly stallBytes: number;

  readonly #context: ServerContext;
  readonly #router: Router;
  readonly #parser: Parser;
  readonly #nonce: string;
  readonly #acceptedMs: number;
  #buffer = new Uint8Array(firstBufferBytes);
  #have = 0;
  #smallReads = 0;
  #gate: Promise<void> | null = null;
  #connected = false;
  #greeted = false;
  #pingsOut = 0;
  #pingSentMs = 0;
  #nextPingMs: number;
  #barrier: (() => void) | null = null;
  #finished: Promise<void> | null = null;

  constructor(id: number, transport: Transport, nonce: string, context: ServerContext) {
    this.id = id;
    this.transport = transport;
    this.#nonce = nonce;
    this.#context = context;
    this.#router = context.router;
    const { limits, clock } = context;
    this.stallBytes = limits.stallBytes;
    this.#parser = new Parser(this, limits);
    this.#parser.pedantic = true;
    this.#parser.connectFirst = context.authenticator.required;
    this.output = new Output(transport, this, {
      maxPendingBytes: limits.maxPendingBytes,
      now: () => context.nowMs,
    });
    this.startedMs = clock.now();
    this.lastActivityMs = this.#acceptedMs = context.nowMs;
    this.#nextPingMs = context.nowMs + limits.pingIntervalMs;
  }

  /** Whether CONNECT was accepted. */
  get isConnected(): boolean {
    return this.#connected;
  }

  /** Serves the client until it is gone. Never rejects. */
  async run(): Promise<void> {
    this.output.appendBytes(this.#context.info(this.id, this.transport, this.#nonce));
    this.output.flush();
    try {
      await this.#read();
    } catch (error) {
      if (!this.isClosed) {
        this.#context.log.debug("reading failed", { client: this.id, error });
        this.close("read_error");
      }
    }
    await this.#finished;
  }

  /** Ends the connection, after what is pending has left where that makes sense. Idempotent. */
  close(reason: CloseReason, text: string | null = closeTexts[reason] ?? null): void {
    if (this.isClosed) return;
    if (text !== null) this.#error(text);
    this.isClosed = true;
    this.closeReason = reason;
    this.#parser.stop();
    for (const subscription of this.subscriptions.values()) this.#router.remove(subscription);
    this.#barrier?.();
    this.#context.onClosed(this, reason);
    this.#finished = this.#finish(!flushlessReasons.has(reason));
    this.#router.release();
  }

  /** Looks at every time limit; called about four times a second. */
  tick(nowMs: number): void {
    if (this.isClosed) return;
    const { limits } = this.#context;
    if (this.#parser.connectFirst && nowMs - this.#acceptedMs > limits.authTimeoutMs) {
      return this.close("authentication_timeout");
    }
    const { stuckSinceMs } = this.output;
    if (stuckSinceMs >= 0 && nowMs - stuckSinceMs > limits.writeDeadlineMs) {
      return this.close("slow_consumer_deadline");
    }
    if (nowMs >= this.#nextPingMs) this.#pingTime(nowMs);
  }

  /** Sends INFO again, to clients that understand it outside the start. */
  announce(extra: { ldm: true } | { connect_info: true }): void {
    if (this.options.protocol < 1 || !this.#connected) return;
    this.output.appendBytes(this.#context.info(this.id, this.transport, this.#nonce, extra));
    this.#router.soil(this);
  }

  /** Resolves when everything the client had sent by now is processed: it answered a PING, or is gone. */
  barrier(): Promise<void> {
    if (this.isClosed || !this.#connected) return Promise.resolve();
    return new Promise((resolve) => {
      this.#barrier = resolve;
      this.#sendPing();
      this.output.flush();
    });
  }

  /** Whether it may publish. */
  mayPublish(entry: SubjectEntry): boolean {
    return this.guard === null || this.guard.mayPublish(entry.subject);
  }

  /** Answers a violation that does not end the connection. */
  violate(kind: ViolationKind, text: string, subject: string): void {
    this.#context.counters.violations[kind]++;
    this.#error(`${text}${goQuote(subject)}`);
  }

  /** Answers +OK. */
  ok(): void {
    this.output.appendBytes(okBytes);
    this.#router.soil(this);
  }

  /** Forgets a subscription that is done. */
  forget(subscription: Subscription): void {
    this.subscriptions.delete(subscription.sid);
    this.#router.remove(subscription);
  }

  onLine(verb: LineVerb, buffer: Uint8Array, start: number, end: number): boolean {
    switch (verb) {
      case "SUB":
        this.#subscribe(splitArguments(buffer, start, end));
        break;
      case "UNSUB":
        this.#unsubscribe(splitArguments(buffer, start, end));
        break;
      case "CONNECT":
        this.#connect(buffer.subarray(start, end));
        break;
      case "INFO":
        this.#readInfo(buffer.subarray(start, end));
        break;
      case "-ERR":
        this.close("parse_error", null);
    }
    return !this.isClosed && this.#gate === null;
  }

  onBeat(verb: "PING" | "PONG"): boolean {
    if (verb === "PING") {
      this.output.appendBytes(pongBytes);
      this.#router.soil(this);
      this.lastActivityMs = this.#context.nowMs;
      if (this.#connected && !this.#greeted) {
        this.#greeted = true;
        this.announce({ connect_info: true });
      }
    } else {
      this.#pingsOut = 0;
      if (this.#pingSentMs > 0) {
        this.roundTripMs = this.#context.clock.monotonic() - this.#pingSentMs;
      }
      this.#barrier?.();
      this.#barrier = null;
    }
    return !this.isClosed;
  }

  onPublishLine(parser: Parser, buffer: Uint8Array): void {
    if (isLiteralSubject(byteString(buffer, parser.subjectStart, parser.subjectEnd))) return;
    this.#context.counters.violations.invalid_subject++;
    this.#error("Invalid Publish Subject");
  }

  onPublish(parser: Parser, buffer: Uint8Array): boolean {
    if (this.#router.publish(this, parser, buffer)) {
      this.lastActivityMs = this.#context.nowMs;
      return true;
    }
    this.#context.counters.holds++;
    this.#gate = this.#router.resumed();
    return false;
  }

  onFault(fault: ParserFault): void {
    const reason = faultReasons[fault];
    this.close(reason.reason, reason.text);
  }

  onOverflow(): void {
    this.close("slow_consumer_pending");
  }

  onWriteError(error: unknown): void {
    this.#context.log.debug("writing failed", { client: this.id, error });
    this.close("write_error");
  }

  async #read(): Promise<void> {
    while (!this.isClosed) {
      const count = await this.transport.read(this.#buffer.subarray(this.#have));
      if (this.isClosed) return;
      if (count === null) return this.close("client_closed");
      this.#have += count;
      const filled = this.#have === this.#buffer.length;
      this.#parse();
      this.#router.endChunk();
      while (this.#gate !== null && !this.isClosed) await this.#passGate();
      if (this.stalledBy !== null) await this.#waitForSlowClient();
      if (!this.isClosed) this.#fitBuffer(filled, count);
    }
  }

  async #passGate(): Promise<void> {
    await this.#gate;
    this.#gate = null;
    if (this.isClosed) return;
    this.#parse();
    this.#router.endChunk();
  }

  #parse(): void {
    const rest = this.#parser.parse(this.#buffer, 0, this.#have);
    if (rest > 0) {
      if (rest < this.#have) this.#buffer.copyWithin(0, rest, this.#have);
      this.#have -= rest;
    }
  }

  /** Makes the buffer as large as the next read is likely to need. */
  #fitBuffer(filled: boolean, count: number): void {
    const { length } = this.#buffer;
    const needed = Math.max(this.#parser.needed, this.#have + 1);
    if (needed > length) {
      return this.#resize(Math.max(needed, Math.min(2 * length, fullBufferBytes)));
    }
    if (filled && length < fullBufferBytes) return this.#resize(2 * length);
    const isLarge = length > fullBufferBytes && needed <= fullBufferBytes;
    const isSmallRead = count < length >> 2 && length > firstBufferBytes;
    this.#smallReads = isSmallRead ? this.#smallReads + 1 : 0;
    if (isLarge) this.#resize(fullBufferBytes);
    else if (this.#smallReads > shrinkAfterReads && needed <= length >> 1) {
      this.#smallReads = 0;
      this.#resize(length >> 1);
    }
  }

  #resize(length: number): void {
    if (length < this.#have) return;
    const buffer = new Uint8Array(length);
    buffer.set(this.#buffer.subarray(0, this.#have));
    this.#buffer = buffer;
  }

  /** Gives a slow client a moment, as the reference does; its own limits decide its fate. */
  async #waitForSlowClient(): Promise<void> {
    const slow = this.stalledBy!;
    this.stalledBy = null;
    if (slow === this || slow.isClosed) return;
    this.#context.counters.stalls++;
    const { clock, limits } = this.#context;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = clock.timer(limits.stallMs, resolve);
    await Promise.race([promise, slow.output.below(this.stallBytes)]);
  }

  #subscribe(words: string[]): void {
    if (words.length !== 2 && words.length !== 3) return this.close("protocol_violation");
    const [subject] = words;
    const queue = words.length === 3 ? words[1] : null;
    const sid = words[words.length - 1];
    this.lastActivityMs = this.#context.nowMs;
    const mayNot = this.guard !== null && !this.guard.maySubscribe(subject, queue);
    if (mayNot || queue === systemGroup) {
      this.#context.counters.violations.subscribe_permission++;
      const group = queue === null ? "" : ` using queue ${goQuote(queue)}`;
      return this.#error(`Permissions Violation for Subscription to ${goQuote(subject)}${group}`);
    }
    const { maxSubscriptions } = this.#context.limits;
    if (maxSubscriptions > 0 && this.subscriptions.size >= maxSubscriptions) {
      this.#context.counters.violations.max_subscriptions++;
      return this.#error("maximum subscriptions exceeded");
    }
    if (!this.subscriptions.has(sid)) {
      const subscription = new Subscription(subject, queue, sid, this, null);
      if (!this.#router.add(subscription)) {
        this.#context.counters.violations.invalid_subject++;
        return this.#error("Invalid Subject");
      }
      this.subscriptions.set(sid, subscription);
    }
    if (this.verbose) this.ok();
  }

  #unsubscribe(words: string[]): void {
    if (words.length !== 1 && words.length !== 2) return this.close("protocol_violation");
    this.lastActivityMs = this.#context.nowMs;
    const subscription = this.subscriptions.get(words[0]);
    if (subscription !== undefined) {
      const bytes = utf8(words[1] ?? "");
      const max = parseSize(bytes, 0, bytes.length);
      if (max > subscription.delivered) subscription.max = max;
      else this.forget(subscription);
    }
    if (this.verbose) this.ok();
  }

  #connect(json: Uint8Array): void {
    const options = readConnect(json, this.options);
    if (options === null) return this.close("protocol_violation");
    this.options = options;
    if (this.#connected) { for (const one of this.subscriptions.values()) this.forget(one); }
    const verdict = this.#context.authenticator.authenticate({
      user: options.user,
      pass: options.pass,
      token: options.auth_token,
      nkey: options.nkey,
      signature: options.sig,
      nonce: this.#nonce,
      certificateSubject: this.transport.certificateSubject,
    });
    if (!(verdict instanceof Promise)) return this.#admit(verdict);
    this.#gate = verdict.then(
      (principal) => this.#admit(principal),
      (error) => {
        this.#context.log.error("authentication failed to decide", { client: this.id, error });
        this.#admit(null);
      },
    );
  }

  #admit(principal: Principal | null): void {
    if (this.isClosed) return;
    const { options } = this;
    if (principal === null || options.new_account || options.account !== "") {
      return this.close("authentication_failed");
    }
    this.principal = principal;
    this.guard = principal.guard;
    this.#connected = true;
    this.#parser.connectFirst = false;
    this.#parser.pedantic = options.pedantic;
    this.#parser.headersAllowed = this.headers = options.headers;
    this.echo = options.echo;
    this.verbose = options.verbose;
    this.noResponders = options.no_responders;
    this.#nextPingMs = this.#context.nowMs + this.#context.firstPingMs();
    if (options.protocol < 0 || options.protocol > 1) return this.close("bad_protocol_version");
    if (options.no_responders && !options.headers) {
      return this.close("no_responders_without_headers");
    }
    if (options.verbose) this.ok();
  }

  #readInfo(json: Uint8Array): void {
    const info = parseJson(utf8Text(json));
    if (typeof info !== "object") this.close("protocol_violation");
  }

  #pingTime(nowMs: number): void {
    const { limits } = this.#context;
    this.#nextPingMs = nowMs + limits.pingIntervalMs;
    const isQuiet = nowMs - this.lastActivityMs >= limits.pingIntervalMs;
    // A held client cannot answer: its socket is not read.
    if (this.#gate !== null || (!isQuiet && this.roundTripMs >= 0)) return;
    if (this.#pingsOut + 1 > limits.maxPingsOut) return this.close("stale_connection");
    this.#sendPing();
    this.output.flush();
  }

  #sendPing(): void {
    this.#pingsOut++;
    this.#pingSentMs = this.#context.clock.monotonic();
    this.output.appendBytes(pingBytes);
  }

  #error(text: string): void {
    this.output.appendBytes(utf8(`-ERR '${text}'\r\n`));
    this.#router.soil(this);
  }

  async #finish(flush: boolean): Promise<void> {
    if (flush) {
      this.output.flush();
      const { clock, limits } = this.#context;
      const { promise, resolve } = Promise.withResolvers<void>();
      using _ = clock.timer(limits.closeFlushMs, resolve);
      await Promise.race([promise, this.output.drained()]);
    }
    this.#context.counters.discardedBytes += this.output.end();
    this.transport.close();
    this.#buffer = new Uint8Array(0);
    this.#have = 0;
  }
}

/** Words between blanks, CR counting as one. */
function splitArguments(buffer: Uint8Array, start: number, end: number): string[] {
  return byteString(buffer, start, end).split(/[ \t\r\n]+/).filter((word) => word !== "");
}
