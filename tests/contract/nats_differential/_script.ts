/**
 * Scripts of client bytes. A step is a text:
 *
 * - `A > text` sends `text` and CR LF as client A, then waits until it is processed (PING, PONG);
 * - `A >> text` sends exactly `text` and does not wait;
 * - `A connect {...}` sends CONNECT with everything quiet, changed by the JSON, and waits;
 * - `A sync` waits until all that A sent is processed;
 * - `A eof` waits for the server to close A.
 *
 * A client connects when it is first named.
 *
 * @module
 */

/** A script and what is special about comparing it. */
export interface Script {
  readonly name: string;
  readonly steps: readonly string[];
  /** Which member of a queue group gets a message is random: compare sums over all clients only. */
  readonly anyMember?: boolean;
}

/** Makes a script. */
export function script(name: string, ...steps: string[]): Script {
  return { name, steps };
}

/** A script in which queue groups make the receiver random. */
export function queueScript(name: string, ...steps: string[]): Script {
  return { name, steps, anyMember: true };
}

const quiet = { verbose: false, pedantic: false, headers: true, no_responders: false, protocol: 1 };

/** One step, read. */
export interface Step {
  readonly client: string;
  readonly kind: "line" | "raw" | "sync" | "eof";
  readonly text: string;
}

/** Reads a step. */
export function readStep(step: string): Step {
  const [, client, verb, text = ""] = /^(\w+) (>>|>|connect|sync|eof) ?([^]*)$/.exec(step) ?? [];
  switch (verb) {
    case ">":
      return { client, kind: "line", text: `${text}\r\n` };
    case ">>":
      return { client, kind: "raw", text: text };
    case "connect": {
      const options = { ...quiet, ...JSON.parse(text === "" ? "{}" : text) };
      return { client, kind: "line", text: `CONNECT ${JSON.stringify(options)}\r\n` };
    }
    case "sync":
    case "eof":
      return { client, kind: verb, text: "" };
    default:
      throw new SyntaxError(`Cannot read step ${JSON.stringify(step)}`);
  }
}
