/**
 * One client: reads its socket, answers its operations, owns its subscriptions.
 *
 * Invariants:
 * - There is one read buffer (`read_buffer.ts`); nothing keeps a view of it beyond the call that received it.
 * - Reading stops while the connection is held: while authentication is in progress, while a subscriber of this
 *   process is paused (the rest of the chunk stays in the buffer), or for a moment while a client is slow.
 * - When `run` has ended, everything is released: socket, subscriptions, pending output.
 *
 * @module
 */
import {
  byteString,
  connectDefaults,
  type ConnectOptions,
  errorLine,
  goQuote,
  isReadableInfo,
  type LineVerb,
  okBytes,
  Parser,
  type ParserFault,
  type ParserSink,
  pingBytes,
  pongBytes,
  type PublishedFrame,
  readConnect,
  splitArguments,
} from "../protocol/mod.ts";
import type { Client, Publisher, Router, SubjectEntry } from "../routing/mod.ts";
import type { AuthenticationOutcome, Guard, Principal } from "../security/mod.ts";
import type { CloseReason, ViolationKind } from "../stats.ts";
import { isLiteralSubject } from "../subjects/mod.ts";
import type { Transport } from "../transport/mod.ts";
import { Activity } from "./activity.ts";
import { authenticate } from "./authentication.ts";
import { ClientSubscriptions, type SubscriptionOutcome } from "./client_subscriptions.ts";
import { closeTexts, faultReasons, flushlessReasons } from "./close_reasons.ts";
import { greet } from "./greeting.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Output, type OutputOwner } from "./output.ts";
import { ReadBuffer } from "./read_buffer.ts";
import type { ServerContext } from "./server_context.ts";
import { userInfoReply } from "./user_info.ts";

/** A connected client. */
export class Connection implements Publisher, ParserSink, OutputOwner {
  readonly id: number;
  readonly transport: Transport;
  readonly output: Output;
  readonly startedMs: number;
  readonly subscriptions: ClientSubscriptions;
  readonly heartbeat: Heartbeat;
  readonly activity: Activity;

  inMessages = 0;
  inBytes = 0;
  outMessages = 0;
  outBytes = 0;
  isClosed = false;
  closeReason: CloseReason | null = null;

  /** Options of its CONNECT. */
  options: ConnectOptions = connectDefaults();
  echo = true;
  verbose = true;
  headers = false;
  noResponders = false;
  principal: Principal | null = null;
  guard: Guard | null = null;

  lastEntry: SubjectEntry | null = null;
  stalledBy: Client | null = null;
  stallBytes: number;

  readonly #context: ServerContext;
  readonly #router: Router;
  readonly #parser: Parser;
  readonly #nonce: string;
  readonly #input = new ReadBuffer();
  #gate: Promise<void> | null = null;
  #isConnected = false;
  #hasPinged = false;
  #finished: Promise<void> | null = null;

  constructor(id: number, transport: Transport, nonce: string, context: ServerContext) {
    this.id = id;
    this.transport = transport;
    this.#nonce = nonce;
    this.#context = context;
    this.#router = context.router;
    this.subscriptions = new ClientSubscriptions(this, context);
    this.heartbeat = new Heartbeat(context);
    const { limits, clock } = context;
    this.stallBytes = limits.stallBytes;
    this.#parser = new Parser(this, limits);
    this.#parser.pedantic = true;
    this.#parser.connectFirst = context.authenticator.required;
    this.output = new Output(transport, this, {
      maxPendingBytes: limits.maxPendingBytes,
      now: () => clock.monotonic(),
      total: context.pending,
    });
    this.startedMs = clock.now();
    this.activity = new Activity(clock);
  }

  /** Serves the client until its connection has ended. Never rejects. */
  async run(): Promise<void> {
    try {
      await greet(this, this.#nonce, this.#context);
      await this.#read();
    } catch (error) {
      if (!this.isClosed) {
        this.#context.log.debug("Cannot read from a client", { client: this.id, error });
        this.close("read_error");
      }
    }
    await this.#finished;
  }

  /** Closes the connection, after writing pending output where that is possible. Idempotent. */
  close(reason: CloseReason, text: string | null = closeTexts[reason] ?? null): void {
    if (this.isClosed) return;
    if (text !== null) this.#error(text);
    this.isClosed = true;
    this.closeReason = reason;
    this.#parser.stop();
    this.#context.onClosed(this.id, this.options.name, reason);
    this.subscriptions.clear();
    this.heartbeat.release();
    this.#finished = this.#finish(!flushlessReasons.has(reason));
    this.#router.release();
  }

  /** Checks all time limits. Returns when the next one is due, in monotonic milliseconds. */
  check(nowMs: number): number {
    if (this.isClosed) return Infinity;
    const { limits } = this.#context;
    // As in nats-server, the time limit ends with CONNECT: the check itself may take longer.
    const authDueMs = this.#parser.connectFirst && this.#gate === null
      ? this.activity.acceptedMs + limits.authTimeoutMs
      : Infinity;
    const { stuckSinceMs } = this.output;
    const writeDueMs = stuckSinceMs < 0 ? Infinity : stuckSinceMs + limits.writeDeadlineMs;
    if (nowMs >= authDueMs) this.close("authentication_timeout");
    else if (nowMs >= writeDueMs) this.close("slow_consumer_deadline");
    else this.#checkHeartbeat(nowMs);
    return this.isClosed ? Infinity : Math.min(authDueMs, writeDueMs, this.heartbeat.dueMs);
  }

  /** Sends INFO again, if the client supports that. Returns whether it does. */
  announce(extra?: { ldm: true } | { connect_info: true }): boolean {
    if (this.options.protocol < 1 || !this.#isConnected || this.isClosed) return false;
    this.output.appendBytes(this.#context.info(this.id, this.transport, "", extra));
    this.#router.markDirty(this);
    return true;
  }

  /**
   * Sends a PING. Resolves with true at its PONG: the client has processed what was sent to it before, and what it
   * sent before is processed. Resolves with false when the connection ends first.
   */
  async barrier(): Promise<boolean> {
    if (this.isClosed || !this.#isConnected) return false;
    this.#sendPing();
    this.output.flush();
    return await this.heartbeat.answer();
  }

  /** Applies the limits after a reload. */
  applyLimits(): void {
    const { limits } = this.#context;
    this.stallBytes = limits.stallBytes;
    this.output.maxPendingBytes = limits.maxPendingBytes;
    this.#parser.setLimits(limits);
  }

  /** Authenticates again after a reload; closes the connection or removes what is no longer allowed. */
  async recheck(): Promise<void> {
    const { authenticator } = this.#context;
    if (!this.#isConnected || this.isClosed) {
      this.#parser.connectFirst = authenticator.required;
      return;
    }
    const outcome = await authenticate(this, this.#nonce, this.#context, { isRecheck: true });
    if (this.isClosed) return;
    if (outcome === "busy") return this.close("authentication_busy");
    if (outcome === null) return this.close("authentication_failed");
    this.principal = outcome;
    this.guard = outcome.guard;
    for (const text of this.subscriptions.prune()) this.#error(text);
    this.output.flush();
  }

  unsubscribe(sid: string): void {
    this.subscriptions.remove(sid);
  }

  flush(nowMs: number): void {
    this.activity.flush(this.outMessages, nowMs);
    this.output.flush(nowMs);
  }

  violate(kind: ViolationKind, text: string, subject: string): void {
    this.#context.counters.violations[kind]++;
    this.#error(`${text}${goQuote(subject)}`);
  }

  userInfo(): Uint8Array {
    const { clock } = this.#context;
    return userInfoReply(this.#context.serverInfo(), this.options, this.principal, clock.now());
  }

  ok(): void {
    this.output.appendBytes(okBytes);
    this.#router.markDirty(this);
  }

  onLine(verb: LineVerb, buffer: Uint8Array, start: number, end: number): boolean {
    switch (verb) {
      case "SUB":
        this.#settle(this.subscriptions.subscribe(splitArguments(buffer, start, end)));
        break;
      case "UNSUB":
        this.#settle(this.subscriptions.unsubscribe(splitArguments(buffer, start, end)));
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
      this.#router.markDirty(this);
      this.activity.hasPing = true;
      if (this.#isConnected && !this.#hasPinged) {
        this.#hasPinged = true;
        this.announce({ connect_info: true });
      }
    } else {
      this.heartbeat.answered();
    }
    return !this.isClosed;
  }

  onPublishLine(frame: PublishedFrame, buffer: Uint8Array): void {
    if (isLiteralSubject(byteString(buffer, frame.subjectStart, frame.subjectEnd))) return;
    this.#context.counters.violations.invalid_subject++;
    this.#error("Invalid Publish Subject");
  }

  onPublish(frame: PublishedFrame, buffer: Uint8Array): boolean {
    if (this.#router.publish(this, frame, buffer)) return true;
    if (!this.#router.isTurnSpent) this.#context.counters.holds++;
    this.#gate = this.#router.ready();
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
    this.#context.log.debug("Cannot write to a client", { client: this.id, error });
    this.close("write_error");
  }

  async #read(): Promise<void> {
    const input = this.#input;
    while (!this.isClosed) {
      const count = await this.transport.read(input.free());
      if (this.isClosed) return;
      if (count === null) return this.close("client_closed");
      input.filled(count);
      this.#parse();
      while (this.#gate !== null && !this.isClosed) await this.#passGate();
      if (this.stalledBy !== null) await this.#waitForSlowClient();
      if (!this.isClosed) input.fit(this.#parser.needed);
    }
  }

  async #passGate(): Promise<void> {
    await this.#gate;
    this.#gate = null;
    if (!this.isClosed) this.#parse();
  }

  #parse(): void {
    const input = this.#input;
    this.#router.beginTurn();
    input.consume(this.#parser.parse(input.bytes, 0, input.length));
    const nowMs = this.#context.clock.monotonic();
    this.activity.endChunk(this.inMessages, nowMs);
    this.#router.endChunk(nowMs);
  }

  #checkHeartbeat(nowMs: number): void {
    const beat = this.heartbeat.check(nowMs, this.activity.lastInputMs);
    // A held client cannot answer, because its socket is not read.
    if (this.#gate !== null || beat === "nothing") return;
    if (beat === "stale") return this.close("stale_connection");
    this.#sendPing();
    this.output.flush();
  }

  /** Waits a moment for a slow client, as nats-server does. */
  async #waitForSlowClient(): Promise<void> {
    const slow = this.stalledBy!;
    this.stalledBy = null;
    if (slow === this || slow.isClosed) return;
    this.#context.counters.stalls++;
    const { clock, limits } = this.#context;
    await slow.output.below(this.stallBytes, limits.stallMs, clock);
  }

  #settle(outcome: SubscriptionOutcome): void {
    this.activity.hasChange = true;
    if (outcome.kind === "malformed") this.close("protocol_violation");
    else if (outcome.kind === "refused") this.#error(outcome.text);
    else if (this.verbose) this.ok();
  }

  #connect(json: Uint8Array): void {
    const options = readConnect(json, this.options);
    if (options === null) return this.close("protocol_violation");
    this.options = options;
    if (this.#isConnected) this.subscriptions.clear();
    const outcome = authenticate(this, this.#nonce, this.#context);
    if (!(outcome instanceof Promise)) return this.#admit(outcome);
    this.#gate = outcome.then((principal) => this.#admit(principal));
  }

  #admit(principal: AuthenticationOutcome): void {
    if (this.isClosed) return;
    const { options } = this;
    if (principal === "busy") return this.close("authentication_busy");
    if (principal === null || options.new_account || options.account !== "") {
      return this.close("authentication_failed");
    }
    this.principal = principal;
    this.guard = principal.guard;
    this.#isConnected = true;
    this.#parser.connectFirst = false;
    this.#parser.pedantic = options.pedantic;
    this.#parser.headersAllowed = this.headers = options.headers;
    this.echo = options.echo;
    this.verbose = options.verbose;
    this.noResponders = options.no_responders;
    this.heartbeat.start();
    this.activity.connected();
    if (options.protocol < 0 || options.protocol > 1) return this.close("bad_protocol_version");
    if (options.no_responders && !options.headers) {
      return this.close("no_responders_without_headers");
    }
    if (options.verbose) this.ok();
  }

  #readInfo(json: Uint8Array): void {
    if (!isReadableInfo(json)) this.close("protocol_violation");
  }

  #sendPing(): void {
    this.heartbeat.sent();
    this.output.appendBytes(pingBytes);
  }

  #error(text: string): void {
    this.output.appendBytes(errorLine(text));
    this.#router.markDirty(this);
  }

  async #finish(flush: boolean): Promise<void> {
    if (flush) {
      this.output.flush();
      const { clock, limits } = this.#context;
      await this.output.below(0, limits.closeFlushMs, clock);
    }
    this.#context.counters.discardedBytes += this.output.end();
    this.transport.close();
    this.#input.release();
  }
}
