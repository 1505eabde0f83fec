/**
 * Events of the application: received from the first moment on, verified, counted, and told to the parts
 * that act on them. Forwarding them to a broker is not done here yet; every event is booked as dropped
 * for the reason `no_destination`, and the log says so once.
 *
 * @module
 */
export { type AppEvent, EventDispatch, type EventListener } from "./event_dispatch.ts";
export { events, type EventsApi, eventsToken } from "./plugin.ts";
