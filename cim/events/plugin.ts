import { definePlugin, type Plugin, type Token, token } from "../../core/mod.ts";
import { booksToken } from "../books/mod.ts";
import { busToken } from "../bus/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { EventDispatch, type EventListener } from "./event_dispatch.ts";

/** Events of the application, by name. */
export interface EventsApi {
  /** Calls the listener on each event of that name, from now on. */
  on(eventName: string, listener: EventListener): Disposable;
}

/** Key of {@linkcode EventsApi}. */
export const eventsToken: Token<EventsApi> = token("events", { providedBy: "events()" });

/**
 * Receives the application's events. Subscribes before the NATS port opens, so that no event is lost.
 */
export function events(): Plugin {
  return definePlugin({
    name: "events",
    requires: [busToken, identityToken, booksToken],
    provides: [eventsToken],
    init({ get, provide, metrics, clock, log }) {
      const dispatch = new EventDispatch(get(booksToken).open("events"), clock, log);
      metrics.add(...dispatch.meter.families(get(identityToken).current.podName));
      provide(eventsToken, dispatch);
      return get(busToken).subscribe("EVENT", {
        onMessage: ({ buffer, start, end }) => dispatch.receive(buffer, start, end),
      });
    },
    close: (subscription) => subscription.unsubscribe(),
  });
}
