/**
 * Verifies messages of subject EVENT, passes them to listeners by event name and forwards them.
 *
 * @module
 */
import type { Book } from "../../core/books/mod.ts";
import type { Clock, Logger } from "../../core/mod.ts";
import type { Receipt, Receipts } from "../receipts/mod.ts";
import { SubjectMeter } from "../metrics/mod.ts";
import { EventView, textSlots } from "../wire/mod.ts";

/** The part of an event that listeners receive. */
export interface AppEvent {
  /** Name of the event. */
  readonly eventName: string;
  /** When the application says it happened, milliseconds since 1970. */
  readonly eventTimeMs: number;
}

/** Called with an event. It must not block; an error it throws is logged. */
export type EventListener = (event: AppEvent) => void;

/** What an {@linkcode EventDispatch} is made from. */
export interface EventDispatchParts {
  /** Delivery counters. */
  readonly book: Book;
  /** Answers events with a reply subject. */
  readonly receipts: Receipts;
  /** Takes over each event and its count in the book; the receipt is that of its publisher, if it waits for one. */
  readonly forward: (event: EventView, receipt: Receipt | undefined) => void;
  /** Clock for the latency. */
  readonly clock: Clock;
  /** Logger for malformed events and failed listeners. */
  readonly log: Logger;
}

/** Verifies, counts and dispatches events. Keeps no reference to their bytes. */
export class EventDispatch {
  /** Counters of received messages. */
  readonly meter: SubjectMeter = new SubjectMeter("EVENT");
  /** Delivery counters. */
  readonly book: Book;
  readonly #view = new EventView();
  readonly #listeners = new Map<string, Listeners>();
  readonly #parts: EventDispatchParts;

  /** Starts without listeners. */
  constructor(parts: EventDispatchParts) {
    this.book = parts.book;
    this.#parts = parts;
  }

  /** Calls the listener on each event of that name. */
  on(eventName: string, listener: EventListener): Disposable {
    const listeners = this.#listeners.get(eventName) ?? {
      name: new TextEncoder().encode(eventName),
      all: new Set(),
    };
    this.#listeners.set(eventName, listeners);
    listeners.all.add(listener);
    return { [Symbol.dispose]: () => listeners.all.delete(listener) };
  }

  /** Handles one payload, `buffer[start, end)`. The publisher gets a receipt at the subject `reply` unless that is "". */
  receive(buffer: Uint8Array, start: number, end: number, reply = ""): void {
    const { receipts, forward, clock, log } = this.#parts;
    this.meter.observe(end - start);
    this.book.accepted++;
    const fault = this.#view.read(buffer, start, end);
    if (fault !== undefined) {
      this.book.drop(`malformed_${fault}`);
      if (reply !== "") receipts.refuse(reply, "malformed");
      log.warn("Event dropped: malformed", { fault, bytes: end - start });
      return;
    }
    const eventTimeMs = Number(this.#view.eventTime());
    this.meter.latencyMs = clock.now() - eventTimeMs;
    // First, so that an event that ends a wait of the shutdown is among those that are sent before the end.
    forward(this.#view, reply === "" ? undefined : receipts.open(reply));
    // Most events have no listener; comparing bytes needs no text of the name.
    for (const [eventName, { name, all }] of this.#listeners) {
      if (this.#view.hasText(textSlots.eventName, name)) {
        notify({ eventName, eventTimeMs }, all, log);
      }
    }
  }
}

interface Listeners {
  /** Name of the event. */
  readonly name: Uint8Array;
  readonly all: Set<EventListener>;
}

function notify(event: AppEvent, listeners: Iterable<EventListener>, log: Logger): void {
  for (const listener of listeners) {
    try {
      listener(event);
    } catch (error) {
      log.error(`Listener of event ${event.eventName} failed`, { error });
    }
  }
}
