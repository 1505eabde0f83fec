/**
 * From bytes on subject EVENT to listeners by name.
 *
 * @module
 */
import type { Book } from "../../core/books/mod.ts";
import type { Clock, Logger } from "../../core/mod.ts";
import { SubjectMeter } from "../metrics/mod.ts";
import { EventView } from "../wire/mod.ts";

/** The part of an event that listeners get. */
export interface AppEvent {
  /** Name of the event. */
  readonly eventName: string;
  /** When the application says it happened, milliseconds since 1970. */
  readonly eventTimeMs: number;
}

/** Acts on an event. It must not block; what it throws is logged. */
export type EventListener = (event: AppEvent) => void;

/** Verifies, counts and dispatches. The bytes are not kept. */
export class EventDispatch {
  /** What arrived. */
  readonly meter: SubjectMeter = new SubjectMeter("EVENT");
  /** What became of it. */
  readonly book: Book;
  readonly #view = new EventView();
  readonly #listeners = new Map<string, Set<EventListener>>();
  readonly #clock: Clock;
  readonly #log: Logger;
  #saidNoDestination = false;

  /** Begins without listeners. */
  constructor(book: Book, clock: Clock, log: Logger) {
    this.book = book;
    this.#clock = clock;
    this.#log = log;
  }

  /** Calls back on each event of that name. */
  on(eventName: string, listener: EventListener): Disposable {
    const listeners = this.#listeners.get(eventName) ?? new Set();
    this.#listeners.set(eventName, listeners.add(listener));
    return { [Symbol.dispose]: () => listeners.delete(listener) };
  }

  /** Takes one payload, `buffer[start, end)`. */
  receive(buffer: Uint8Array, start: number, end: number): void {
    this.meter.observe(end - start);
    this.book.accepted++;
    const fault = this.#view.read(buffer, start, end);
    if (fault !== undefined) {
      this.book.drop(`malformed_${fault}`);
      this.#log.warn("Event dropped: malformed", { fault, bytes: end - start });
      return;
    }
    const eventTimeMs = Number(this.#view.eventTime());
    this.meter.latencyMs = this.#clock.now() - eventTimeMs;
    this.#tell({ eventName: this.#view.eventName(), eventTimeMs });
    this.#book();
  }

  #tell(event: AppEvent): void {
    for (const listener of this.#listeners.get(event.eventName) ?? []) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error(`Listener of event ${event.eventName} failed`, { error });
      }
    }
  }

  #book(): void {
    this.book.drop("no_destination");
    if (this.#saidNoDestination) return;
    this.#saidNoDestination = true;
    this.#log.warn("Events are not forwarded: this version has no event destination");
  }
}
