/**
 * The oracle, which numbers what is sent, and the judge of what arrived and of the books.
 *
 * @module
 */
import assert from "node:assert/strict";

/** A message to send. */
export interface NumberedMessage {
  /** Number over all sources, from 0 on. */
  readonly number: number;
  /** Where it comes from. */
  readonly source: string;
  /** Its text, which follows from the number. */
  readonly text: string;
}

/** A message that arrived. */
export interface Arrival {
  readonly source: string;
  readonly text: string;
}

/** What the judge found. */
export interface Verdict {
  /** Messages that arrived, repetitions not counted. */
  readonly arrived: number;
  /** Numbers that did not arrive, in order. */
  readonly missing: readonly number[];
  /** Arrivals of messages that had arrived before. */
  readonly repeated: number;
}

/** Numbers messages, the sources in turn. */
export class Oracle {
  readonly #sources: readonly string[];
  #sent = 0;

  /** Nothing is sent yet. */
  constructor(sources: readonly string[]) {
    this.#sources = sources;
  }

  /** Number of messages given out. */
  get sent(): number {
    return this.#sent;
  }

  /** The next message. */
  next(): NumberedMessage {
    const number = this.#sent++;
    return { number, source: this.#sourceOf(number), text: textOf(number) };
  }

  /** Judges everything that arrived, as {@linkcode Judge} does. */
  judge(arrivals: Iterable<Arrival>): Verdict {
    const judge = new Judge(this);
    for (const arrival of arrivals) judge.observe(arrival);
    return judge.verdict();
  }

  /** The first number of each source. */
  firstNumbers(): Map<string, number> {
    return new Map(this.#sources.map((source, at) => [source, at]));
  }

  /** Distance between two numbers of one source. */
  get step(): number {
    return this.#sources.length;
  }

  #sourceOf(number: number): string {
    return this.#sources[number % this.#sources.length];
  }
}

/**
 * Asserts that everything that arrives was sent by its source with this text, and that no message arrives for the first
 * time after a later one of the same source. A message may come again after an outage. It keeps the numbers that are
 * missing, and no others.
 */
export class Judge {
  readonly #oracle: Oracle;
  readonly #next: Map<string, number>;
  readonly #missing = new Set<number>();
  #arrived = 0;
  #repeated = 0;

  /** Nothing has arrived yet. */
  constructor(oracle: Oracle) {
    this.#oracle = oracle;
    this.#next = oracle.firstNumbers();
  }

  /** Messages that arrived, repetitions not counted. */
  get arrived(): number {
    return this.#arrived;
  }

  /** All messages below this number have arrived, or later ones of their source have. */
  get reached(): number {
    return Math.min(...this.#next.values());
  }

  /** To be called with each message in the order of arrival. */
  observe({ source, text }: Arrival): void {
    const { sent, step } = this.#oracle;
    const number = parseInt(text);
    assert(number >= 0 && number < sent, `"${text}" was never sent`);
    assert.equal(text, textOf(number));
    const next = this.#next.get(source);
    assert(next !== undefined && number % step === next % step, `${number} is not of "${source}"`);
    if (number < next) {
      assert(!this.#missing.has(number), `${source}: ${number} arrived after ${next - step}`);
      this.#repeated++;
      return;
    }
    for (let skipped = next; skipped < number; skipped += step) this.#missing.add(skipped);
    this.#next.set(source, number + step);
    this.#arrived++;
  }

  /** What was found until now. */
  verdict(): Verdict {
    const { sent, step } = this.#oracle;
    const missing = [...this.#missing];
    for (const next of this.#next.values()) {
      for (let number = next; number < sent; number += step) missing.push(number);
    }
    return {
      arrived: this.#arrived,
      missing: missing.sort((a, b) => a - b),
      repeated: this.#repeated,
    };
  }
}

/** The text of a message: its number, and a length and characters that differ from one to the next. */
function textOf(number: number): string {
  return `${number} ${'"é<x>'.repeat(number % 20)}`;
}

/** The counters of a route, read from the metrics. */
export interface RouteBook {
  readonly accepted: number;
  readonly delivered: number;
  readonly spooled: number;
  readonly inFlight: number;
  /** Over all reasons. */
  readonly rejected: number;
  /** Over all reasons. */
  readonly dropped: number;
  readonly unaccounted: number;
}

/** The counters of a route in the text of `/metrics`; 0 where there is no sample. */
export function readBook(metrics: string, route: string): RouteBook {
  const sum = (name: string) => {
    const samples = metrics.matchAll(
      new RegExp(`^cim_route_${name}{[^}]*route="${route}"[^}]*} (\\S+)`, "gm"),
    );
    return [...samples].reduce((total, [, value]) => total + Number(value), 0);
  };
  return {
    accepted: sum("accepted_total"),
    delivered: sum("delivered_total"),
    spooled: sum("spooled"),
    inFlight: sum("in_flight"),
    rejected: sum("rejected_total"),
    dropped: sum("dropped_total"),
    unaccounted: sum("unaccounted"),
  };
}

/** Asserts that the counters of a route add up. */
export function assertBalanced(book: RouteBook): void {
  const { accepted, delivered, spooled, inFlight, rejected, dropped, unaccounted } = book;
  assert.equal(unaccounted, 0, JSON.stringify(book));
  assert.equal(
    accepted,
    delivered + spooled + inFlight + rejected + dropped,
    JSON.stringify(book),
  );
}
