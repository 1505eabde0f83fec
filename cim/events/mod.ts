/**
 * Events of the application and of the agent: verified, passed to the plugins that act on them, and forwarded to the
 * Kafka topic EVENT as JSON documents. An event is collected with others for some milliseconds, appended to the spool
 * and sent from there, so it waits there while Kafka does not answer or is not configured. An event with a reply subject
 * is answered there by `cim/receipts` once it is in the spool. The identity in a document
 * is the one in memory; no event makes a call to Kubernetes or to a server.
 *
 * `eventdef-cim.json` is the catalogue of these events for fault management systems; `cim events definitions` and
 * `GET /api/v1/events/definitions` give it out.
 *
 * @module
 */
export {
  type AppEvent,
  EventDispatch,
  type EventDispatchParts,
  type EventListener,
} from "./event_dispatch.ts";
export { EventOutbox, type EventOutboxOptions } from "./event_outbox.ts";
export { watchEtcdStart } from "./etcd_start.ts";
export { type EventDefinition, eventDefinitions } from "./event_definitions.ts";
export {
  type EventPairs,
  type OwnEvent,
  type OwnEventContext,
  ownEventDocument,
  type OwnEventName,
  ownEventNames,
} from "./own_event.ts";
export { events, type EventsApi, eventsToken } from "./plugin.ts";
export { type EventOrigin, EventOrigins } from "./source_headers.ts";
