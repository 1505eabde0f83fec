import { describeError, type Logger, type MetricFamily } from "../../core/mod.ts";
import { Receipt, type ReceiptAnswer } from "./receipt.ts";

/** Options of {@linkcode Receipts}. */
export interface ReceiptsOptions {
  /** Subject of the messages, part of the metric names. */
  readonly subject: string;
  /** Publishes an answer. It may throw; the answer is then counted as unsent. */
  readonly publish: (subject: string, payload: Uint8Array) => void;
  /** Logger for answers that cannot be sent. */
  readonly log: Logger;
  /** Maximum receipts that wait; further ones are answered with `busy`. Default 16,384. */
  readonly maxWaiting?: number;
}

/**
 * Subjects whose messages the agent acts on. An answer there would let a client that may only publish logs reach the
 * configuration.
 */
const ownSubjects: ReadonlySet<string> = new Set(["LOG", "EVENT", "CONFIG"]);

/** Different reasons that are counted; further reasons are counted as `other`. */
const maxReasons = 32;
const encoder = new TextEncoder();

/**
 * The receipts of one subject: sends the answers, bounds and counts them.
 *
 * @example
 * ```ts
 * import { Receipts } from "./mod.ts";
 * import { LogRegistry } from "../../core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const answers: string[] = [];
 * const receipts = new Receipts({
 *   subject: "LOG",
 *   publish: (subject, payload) => answers.push(`${subject} ${new TextDecoder().decode(payload)}`),
 *   log: new LogRegistry().logger("logs"),
 * });
 * receipts.open("inbox.1")?.confirm(7);
 * receipts.open("inbox.2")?.refuse("spool_full");
 * assert.deepEqual(answers, ["inbox.1 +ACK 7", "inbox.2 -ERR spool_full"]);
 * ```
 */
export class Receipts {
  /** Receipts answered with `+ACK`. */
  acked = 0;
  /** Answers that could not be sent, or whose reply subject is one of the agent's own. */
  unsent = 0;
  readonly #options: ReceiptsOptions;
  readonly #maxWaiting: number;
  readonly #refused = new Map<string, number>();
  #waiting = 0;

  /** Starts without receipts. */
  constructor(options: ReceiptsOptions) {
    this.#options = options;
    this.#maxWaiting = options.maxWaiting ?? 16_384;
  }

  /** Receipts that are not answered. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Receipts answered with `-ERR`, by reason. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /**
   * Begins a receipt that needs the confirmation of that many destinations. Undefined when too many wait: the answer
   * is sent then.
   */
  open(reply: string, needed = 1): Receipt | undefined {
    if (this.#waiting >= this.#maxWaiting) {
      this.refuse(reply, "busy");
      return undefined;
    }
    this.#waiting++;
    return new Receipt(needed, (answer) => {
      this.#waiting--;
      this.#answer(reply, answer);
    });
  }

  /** Refuses a message at once. */
  refuse(reply: string, reason: string): void {
    this.#answer(reply, reason);
  }

  /** The metric families. */
  families(): MetricFamily[] {
    const { subject } = this.#options;
    const stem = `cim_${subject.toLowerCase()}_receipts`;
    return [
      {
        type: "counter",
        name: `${stem}_acked_total`,
        help: `Messages on subject ${subject} confirmed at their reply subject.`,
        collect: () => this.acked,
      },
      {
        type: "counter",
        name: `${stem}_refused_total`,
        help: `Messages on subject ${subject} refused at their reply subject, by reason.`,
        collect: () => [...this.#refused].map(([reason, value]) => ({ labels: { reason }, value })),
      },
      {
        type: "gauge",
        name: `${stem}_waiting`,
        help: `Messages on subject ${subject} whose reply subject has no answer yet.`,
        collect: () => this.#waiting,
      },
      {
        type: "counter",
        name: `${stem}_unsent_total`,
        help: `Answers to messages on subject ${subject} that could not be sent.`,
        collect: () => this.unsent,
      },
    ];
  }

  #answer(reply: string, answer: ReceiptAnswer): void {
    if (typeof answer === "number") {
      this.acked++;
      return this.#send(reply, `+ACK ${answer}`);
    }
    const isNew = !this.#refused.has(answer);
    const reason = isNew && this.#refused.size >= maxReasons ? "other" : answer;
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
    this.#send(reply, `-ERR ${answer}`);
  }

  #send(reply: string, text: string): void {
    const { publish, log, subject } = this.#options;
    if (ownSubjects.has(reply)) {
      this.unsent++;
      return;
    }
    try {
      publish(reply, encoder.encode(text));
    } catch (error) {
      // An invalid reply subject, or no connection to an outside server.
      this.unsent++;
      log.debug("Answer of a receipt not sent", { subject, reason: describeError(error) });
    }
  }
}
