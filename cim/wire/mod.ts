/**
 * Wire format between applications and the agent: reads FlatBuffers LogMessages and Events, writes the JSON
 * envelope of log lines and the JSON document of events.
 *
 * Every offset is verified to lie inside the payload before it is followed, so a hostile, truncated or foreign
 * payload results in a {@linkcode WireFault} and has no other effect. The published FlatBuffers library is not used
 * here because it verifies nothing (a truncated payload reads as three empty strings) and allocates for each field;
 * tests and examples use it to build payloads.
 *
 * This folder writes no FlatBuffers, repairs no payload, never throws for one, and contains no subjects, files,
 * brokers or metrics.
 *
 * @module
 */

export { type Bytes, copyBytes, sameBytes } from "./bytes.ts";
export { EventDocument } from "./event_document.ts";
export {
  EventView,
  type EventViewOptions,
  type PairField,
  pairSlots,
  type TextField,
  textSlots,
} from "./event_view.ts";
export { LogEnvelope, type LogEnvelopeOrigin } from "./log_envelope.ts";
export { LogMessageView } from "./log_message_view.ts";
export { type WireFault, wireFaults } from "./wire_fault.ts";
