import { redactText } from "../../../core/mod.ts";
import { EventDocument, EventView, LogMessageView } from "../../wire/mod.ts";

/** Maximum bytes that are printed of a text. */
const maxTextBytes = 4_096;

/** A message as it is printed. */
export interface MessageText {
  /** Container of a LOG message. */
  readonly container?: string;
  /** The text, the document of an event, or why the payload cannot be read. */
  readonly text: string;
  /** Bytes of the text that are not printed. */
  readonly cutBytes: number;
}

/** Decodes a message of a subject, without passwords and at most 4 KiB of its text. */
export function messageText(subject: string, data: Uint8Array): MessageText {
  const decoder = new TextDecoder();
  if (subject === "LOG") {
    const view = new LogMessageView();
    const fault = view.read(data, 0, data.length);
    if (fault) return malformed(fault);
    const container = decoder.decode(data.subarray(view.nameStart, view.nameEnd));
    return {
      container: redactText(cut(new TextEncoder().encode(container)).text),
      ...cut(data.subarray(view.payloadStart, view.payloadEnd)),
    };
  }
  if (subject !== "EVENT") return cut(data);
  const view = new EventView();
  const fault = view.read(data, 0, data.length);
  if (fault) return malformed(fault);
  return cut(new EventDocument().write(view, new TextEncoder().encode("{}")));
}

function malformed(fault: string): MessageText {
  return { text: `malformed: ${fault}`, cutBytes: 0 };
}

function cut(bytes: Uint8Array): MessageText {
  // Redacted before it is cut: a password may cross the end.
  const text = new TextEncoder().encode(redactText(new TextDecoder().decode(bytes)));
  return {
    text: new TextDecoder().decode(text.subarray(0, maxTextBytes)),
    cutBytes: Math.max(0, text.length - maxTextBytes),
  };
}
