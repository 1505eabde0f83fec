/**
 * Events that the agent raises itself, as JSON documents of the contract.
 *
 * @module
 */

import { redactText } from "../../core/log/mod.ts";

/** Names of the agent's own events, as in the event definition catalogue. */
export const ownEventNames = [
  "CimConnectEtcdFailure",
  "LmaasTCPFailure",
  "CimConfigUpdateSuccess",
  "CimConfigUpdateUnused",
  "CimConfigUpdateFailure",
  "CimCommitConfigSuccess",
  "CimCommitConfigFailure",
  "LoadConfigRequestFailure",
  "ApplicationShutdownInitiated",
] as const;

/** Name of one of the agent's own events. */
export type OwnEventName = typeof ownEventNames[number];

/** Name and value pairs in their order. */
export type EventPairs = readonly (readonly [name: string, value: string])[];

/** An event of the agent. */
export interface OwnEvent {
  readonly name: OwnEventName;
  /** Default: none, which the document shows as `null`. */
  readonly managedObject?: EventPairs;
  /** Default: none, which the document omits. */
  readonly additionalInfo?: EventPairs;
}

/** Where and when an event of the agent happens. */
export interface OwnEventContext {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** The headers, a complete JSON object. */
  readonly headers: Uint8Array;
  /** Id of the application's container, or of the agent's own before the registration. */
  readonly containerId: string;
}

/** Longest value, in characters; the rest is cut off. */
const maxValueLength = 1_024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Encodes the document, with members in the order of the contract. Values may be texts of errors: they are redacted,
 * and cut off after 1,024 characters.
 */
export function ownEventDocument(
  { name, managedObject, additionalInfo }: OwnEvent,
  { timeMs, headers, containerId }: OwnEventContext,
): Uint8Array {
  const info = additionalInfo === undefined
    ? ""
    : `,"additionalInfo":${JSON.stringify(membersOf(additionalInfo))}`;
  return encoder.encode(
    `{"eventName":${JSON.stringify(name)},"eventTime":${Math.trunc(timeMs)}` +
      `,"managedObject":${JSON.stringify(managedObject ? membersOf(managedObject) : null)}${info}` +
      `,"sourceHeaders":${decoder.decode(headers)},"containerId":${JSON.stringify(containerId)}}`,
  );
}

function membersOf(pairs: EventPairs): { name: string; value: string }[] {
  return pairs.map(([name, value]) => ({
    name,
    value: redactText(value).slice(0, maxValueLength).toWellFormed(),
  }));
}
