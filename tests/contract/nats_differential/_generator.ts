/**
 * Random sessions of one to four clients.
 *
 * Subjects come from a small alphabet so that subscriptions and messages meet; about one step in twenty is
 * wrong in some way. No session uses queue groups and maxima at once in a way that makes the receiver of
 * a message random: groups have their own generator branch, compared by sums.
 *
 * @module
 */
import fc from "npm:fast-check@4.10.2";
import type { Script } from "./_script.ts";

const token = fc.constantFrom("a", "b", "c", "d1", "$x", "caf\xc3\xa9");
const literal = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join("."));
const pattern = fc.array(
  fc.oneof({ weight: 3, arbitrary: token }, { weight: 1, arbitrary: fc.constant("*") }),
  { minLength: 1, maxLength: 4 },
)
  .chain((tokens) => fc.boolean().map((tail) => (tail ? [...tokens, ">"] : tokens).join(".")));
const broken = fc.constantFrom("a..b", ".a", "a.", "", "a.>.b", "a b", "*", ">", "a.*");
const subject = fc.oneof({ weight: 12, arbitrary: literal }, { weight: 1, arbitrary: broken });
const sid = fc.integer({ min: 1, max: 6 }).map(String);
const payload = fc.string({ unit: "binary-ascii", maxLength: 40 });
const blank = fc.constantFrom(" ", " ", " ", " ", "  ", "\t", " \t ");
const client = fc.constantFrom("A", "B", "C", "D");

function words(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(blank, ...parts).map(([gap, ...texts]) => texts.join(gap));
}

const publish = fc.tuple(subject, fc.option(literal, { nil: null, freq: 3 }), payload, blank).map(
  ([on, reply, bytes, gap]) =>
    ["PUB", on, ...(reply === null ? [] : [reply]), String(bytes.length)].join(gap) +
    `\r\n${bytes}`,
);
const headerPublish = fc.tuple(subject, fc.option(literal, { nil: null, freq: 3 }), payload).map(
  ([on, reply, bytes]) => {
    const headers = "NATS/1.0\r\nA: b\r\n\r\n";
    const sizes = [String(headers.length), String(headers.length + bytes.length)];
    return ["HPUB", on, ...(reply === null ? [] : [reply]), ...sizes].join(" ") +
      `\r\n${headers}${bytes}`;
  },
);
const subscribe = words(
  fc.constantFrom("SUB", "sub"),
  fc.oneof({ weight: 12, arbitrary: pattern }, { weight: 1, arbitrary: broken }),
  sid,
);
const unsubscribe = fc.oneof(
  words(fc.constant("UNSUB"), sid),
  words(fc.constant("UNSUB"), sid, fc.integer({ min: -1, max: 4 }).map(String)),
);
const connect = fc.record({
  verbose: fc.boolean(),
  pedantic: fc.boolean(),
  echo: fc.boolean(),
  headers: fc.boolean(),
  no_responders: fc.boolean(),
  protocol: fc.constantFrom(0, 1),
}).map((options) => `CONNECT ${JSON.stringify(options)}`);
const wrong = fc.constantFrom(
  "PUB a",
  "SUB",
  "FOO",
  "HPUB a 9 3\r\nabc",
  "PUB a 3\r\nabcd",
  "UNSUB",
  "-ERR x",
  "PUB a 99999999999",
  "CONNECT {",
);

const step = fc.tuple(
  client,
  fc.oneof(
    { weight: 10, arbitrary: publish },
    { weight: 3, arbitrary: headerPublish },
    { weight: 8, arbitrary: subscribe },
    { weight: 3, arbitrary: unsubscribe },
    { weight: 2, arbitrary: connect },
    { weight: 1, arbitrary: fc.constantFrom("PING", "PONG", "+OK", "ping") },
    { weight: 1, arbitrary: wrong },
  ),
);

/** A session in which every message has exactly the receivers that its subject says. */
export const session: fc.Arbitrary<Script> = fc.array(step, { minLength: 3, maxLength: 16 }).map((
  steps,
) => ({
  name: "random session",
  steps: [
    ...new Set(steps.map(([name]) => `${name} connect`)),
    ...steps.map(([name, text]) => `${name} > ${text}`),
  ],
}));

const groupStep = fc.tuple(
  client,
  fc.oneof(
    { weight: 5, arbitrary: literal.map((on) => `PUB ${on} 1\r\nx`) },
    { weight: 4, arbitrary: words(fc.constant("SUB"), pattern, fc.constantFrom("q", "r"), sid) },
    { weight: 1, arbitrary: words(fc.constant("SUB"), pattern, sid) },
    { weight: 1, arbitrary: words(fc.constant("UNSUB"), sid) },
  ),
);

/** A session with queue groups. */
export const groupSession: fc.Arbitrary<Script> = fc.array(groupStep, {
  minLength: 3,
  maxLength: 16,
}).map((steps) => ({
  name: "random session with groups",
  anyMember: true,
  steps: [
    ...new Set(steps.map(([name]) => `${name} connect`)),
    ...steps.map(([name, text]) => `${name} > ${text}`),
  ],
}));
