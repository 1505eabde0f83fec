/**
 * The small language of the differential scripts. A script is a list of lines, one step each:
 *
 * ```text
 * a> SUB foo 1        client a sends the bytes and CRLF, then sends PING and waits for the PONG
 * a- PUB foo 2¶h      client a sends exactly these bytes and waits for nothing
 * a= {"echo":false}   client a sends CONNECT with this argument, then waits as above
 * a!                  client a opens its connection and reads INFO, nothing more
 * a^                  client a starts TLS
 * a?                  client a reads until the server closes the connection
 * a#                  the same, but the bytes it reads are not compared
 * a.                  client a closes its sending side and reads until the server closes the connection
 * a* ~503~ PUB x y 0¶ client a sends again until the answer contains the text between the tildes; only that
 *                     answer is compared. For effects that nats-server applies with a delay.
 * ```
 *
 * A client that was not opened by `!`, `=` or `^` is opened by its first step and sends
 * `CONNECT {"verbose":false,"pedantic":false,"protocol":0}`. `¶` stands for CRLF; `\r \n \t \0 \xNN \\` for
 * the bytes they name and `\s` for a blank, `{{nonce}}` in a CONNECT for the nonce of INFO and `{{sig}}` for
 * its signature. At the end each open client sends one more PING, so that all frames in transit
 * are received.
 *
 * @module
 */

/** The kinds of steps: the characters of the module comment, by name. */
export type StepKind =
  | "send"
  | "bytes"
  | "connect"
  | "open"
  | "secure"
  | "await_close"
  | "lose"
  | "hang_up"
  | "repeat";

/** One line of a script. */
export interface Step {
  readonly client: string;
  readonly kind: StepKind;
  /** Bytes to send, one character each. */
  readonly text: string;
}

/** A named list of steps. */
export interface Script {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Whether deliveries are compared without regard to their receiver: queue groups choose a member at random. */
  readonly pooled: boolean;
  /** Whether random differences are ignored, see `forgive` in `_play.ts`. For random sessions. */
  readonly random?: true;
}

/** Scripts about one subject, played against one pair of equally configured servers. */
export interface Topic {
  readonly name: string;
  /** Name of the pair in `_setups.ts`. */
  readonly setup: string;
  readonly scripts: readonly Script[];
}

const kinds: Readonly<Record<string, StepKind>> = {
  ">": "send",
  "-": "bytes",
  "=": "connect",
  "!": "open",
  "^": "secure",
  "?": "await_close",
  "#": "lose",
  ".": "hang_up",
  "*": "repeat",
};

/** Puts scripts under a topic; the keys are their names. */
export function topic(
  name: string,
  scripts: Readonly<Record<string, readonly Step[]>>,
  { setup = "plain", pooled = false }: { setup?: string; pooled?: boolean } = {},
): Topic {
  return {
    name,
    setup,
    scripts: Object.entries(scripts).map(([name, steps]) => ({ name, steps, pooled })),
  };
}

/** Puts scripts made from a table under a topic. */
export function topicOf(
  name: string,
  scripts: readonly { readonly name: string; readonly steps: readonly Step[] }[],
): Topic {
  return { name, setup: "plain", scripts: scripts.map((one) => ({ ...one, pooled: false })) };
}

/** A step written as data; the bytes of `text` are its characters, without escapes. */
export function step(client: string, kind: StepKind, text = ""): Step {
  return { client, kind, text };
}

/** Parses the lines of a script. It is a template tag, so that it gets the escapes as they are written. */
export function run(strings: TemplateStringsArray, ...values: readonly unknown[]): Step[] {
  return String.raw({ raw: strings.raw }, ...values).split("\n")
    .map((line) => line.trimStart()).filter((line) => line !== "").map(readStep);
}

function readStep(line: string): Step {
  const kind = kinds[line[1]];
  if (!/^[a-d]$/.test(line[0]) || kind === undefined) {
    throw new SyntaxError(`Cannot read script line "${line}": it must begin like "a> " or "b. "`);
  }
  return { client: line[0], kind, text: unescape(line.slice(3)) };
}

/** Converts characters to bytes: UTF-8 for literal characters, one byte for each escape. */
function unescape(text: string): string {
  const utf8 = byteString(text.replaceAll("¶", "\\r\\n"));
  return utf8.replace(/\\(?:x([0-9a-fA-F]{2})|([rnt0s\\]))/g, (_, hex, name) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    return { r: "\r", n: "\n", t: "\t", "0": "\0", s: " ", "\\": "\\" }[name as string]!;
  });
}

/** The UTF-8 of a text, one character a byte. */
export function byteString(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** Makes every byte of a text visible, for reports. */
export function visible(bytes: string): string {
  return bytes.replace(
    // deno-lint-ignore no-control-regex -- making control characters visible is the point
    /\r\n|[\x00-\x1f\x7f-\xff]/g,
    (byte) => byte === "\r\n" ? "¶" : `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
