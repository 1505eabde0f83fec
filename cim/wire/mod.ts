/**
 * The wire format between applications and the agent: FlatBuffers LogMessage and Event in, JSON
 * envelope and event document out.
 *
 * Reading is verification first: no byte is interpreted before it is known to lie inside the payload,
 * so hostile, torn and foreign payloads cost a {@linkcode WireFault} and nothing else. The published
 * FlatBuffers library was not used here because it checks nothing (a torn payload reads as three empty
 * strings) and allocates for each field; it serves as the independent oracle of the tests.
 *
 * What this folder refuses to do: it knows no subjects, no files, no brokers and no metrics; it does
 * not repair a payload, and it never throws for one.
 *
 * @module
 */

export { type Bytes, copyBytes, sameBytes } from "./bytes.ts";
export { buildEvent, type EventLayout, type EventPair, type EventParts } from "./build_event.ts";
export {
  buildLogMessage,
  type LogMessageLayout,
  type LogMessageParts,
} from "./build_log_message.ts";
export { EventDocument } from "./event_document.ts";
export {
  EventView,
  type EventViewOptions,
  PAIR_SLOTS,
  type PairField,
  TEXT_SLOTS,
  type TextField,
} from "./event_view.ts";
export { LogEnvelope, type LogEnvelopeOrigin } from "./log_envelope.ts";
export { LogMessageView } from "./log_message_view.ts";
export { WIRE_FAULTS, type WireFault } from "./wire_fault.ts";
