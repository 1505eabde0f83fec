/* The events that an agent without Kafka has left in its spool. */
import { readSpool } from "../../core/mod.ts";
import { recordsOf } from "../../cim/cli/spool/records.ts";
import { ownEventNames } from "../../cim/events/mod.ts";

/** A document of the topic EVENT, as far as tests look at it. */
export interface EventDocument {
  readonly eventName: string;
  readonly eventTime: number;
  readonly managedObject: { name: string; value: string }[] | null;
  readonly additionalInfo?: { name: string; value: string }[];
  readonly sourceHeaders: Record<string, string>;
  readonly containerId: string;
}

/** The agent's own events in the folder of a product that has stopped, oldest first. */
export async function ownEvents(folder: string): Promise<EventDocument[]> {
  const decoder = new TextDecoder();
  const own: readonly string[] = ownEventNames;
  const found: EventDocument[] = [];
  for await (const block of readSpool(`${folder}/data/spool`, "events")) {
    for (const { value } of recordsOf(block)) {
      const document: EventDocument = JSON.parse(decoder.decode(value));
      if (own.includes(document.eventName)) found.push(document);
    }
  }
  return found;
}
