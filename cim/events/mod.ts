/**
 * Events of the application: verified, counted and passed to the plugins that act on them. They are not forwarded
 * to a broker yet: every event counts as dropped with reason `no_destination`, and one warning says so.
 *
 * @module
 */
export { type AppEvent, EventDispatch, type EventListener } from "./event_dispatch.ts";
export { events, type EventsApi, eventsToken } from "./plugin.ts";
