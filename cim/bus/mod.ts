/**
 * The message bus of the pod: the embedded NATS server, or an outside one. It does not interpret subjects or
 * payloads.
 *
 * @module
 */
export { type BusDelivery, busToken, type MessageBus } from "./message_bus.ts";
export { bus } from "./plugin.ts";
