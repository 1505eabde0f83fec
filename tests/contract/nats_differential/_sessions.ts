/**
 * Random sessions of one to four clients.
 *
 * - Every subject begins with a token that is unique to the session, so sessions can run at the same time. The other
 *   tokens come from a small set, so that subscriptions match messages of the same session.
 * - About one step in ten is invalid. A step may be split into packets at any byte.
 * - A session uses either queue groups or maximum counts: with both, the number of deliveries is random.
 * - The last step may be invalid bytes that make the server ignore what follows; its client then disconnects.
 *
 * @module
 */
import fc from "npm:fast-check@4.10.2";
import { byteString, type Script, type Step } from "./_script.ts";

/** The text in a subject that the session's token replaces once the session has its number. */
const own = "\0own\0";

const token = fc.constantFrom("a", "b", "c", "d1", "$x", byteString("café"));
const tokens = fc.array(token, { minLength: 1, maxLength: 3 });
const literal = tokens.map((tokens) => [own, ...tokens].join("."));
const pattern = fc.tuple(
  fc.array(fc.oneof({ weight: 3, arbitrary: token }, { weight: 1, arbitrary: fc.constant("*") }), {
    minLength: 1,
    maxLength: 3,
  }),
  fc.constantFrom("", "", ".>"),
).map(([tokens, tail]) => [own, ...tokens].join(".") + tail);
const odd = fc.constantFrom(
  "..b",
  ".a.",
  ".",
  ".a.>.b",
  ".a b",
  ".*",
  ".>",
  ".a.*",
  ".a*",
  ".\x01\x7f",
  '."',
).map((tail) => own + tail);
const subject = fc.oneof({ weight: 12, arbitrary: literal }, { weight: 1, arbitrary: odd });
const reply = fc.option(
  fc.oneof(
    { weight: 9, arbitrary: literal },
    { weight: 1, arbitrary: fc.constantFrom("_R_.x", "$JS.ACK.x", "$GR.x") },
  ),
  { nil: null, freq: 3 },
);
const sid = fc.constantFrom("1", "2", "3", "4", "x");
const payload = fc.string({ unit: "binary-ascii", maxLength: 40 }).map((text) =>
  text.replace(/ping/gi, "pong")
);
const blank = fc.constantFrom(" ", " ", " ", " ", "  ", "\t", " \t ");

function line(...parts: fc.Arbitrary<string | null>[]): fc.Arbitrary<string> {
  return fc.tuple(blank, ...parts).map(([gap, ...words]) =>
    words.filter((word) => word !== null).join(gap)
  );
}

const publish = fc.tuple(fc.constantFrom("PUB", "pub"), subject, reply, payload, blank).map(
  ([verb, subject, reply, bytes, gap]) =>
    `${[verb, subject, reply, bytes.length].filter((word) => word !== null).join(gap)}\r\n${bytes}`,
);
const publishWithHeaders = fc.tuple(subject, reply, payload).map(([subject, reply, bytes]) => {
  const headers = "NATS/1.0\r\nA: b\r\n\r\n";
  const words = ["HPUB", subject, reply, headers.length, headers.length + bytes.length];
  return `${words.filter((word) => word !== null).join(" ")}\r\n${headers}${bytes}`;
});
const anyPattern = fc.oneof({ weight: 12, arbitrary: pattern }, { weight: 1, arbitrary: odd });
const subscribe = line(fc.constantFrom("SUB", "sub"), anyPattern, sid);
const joinGroup = line(fc.constant("SUB"), anyPattern, fc.constantFrom("q", "r"), sid);
const unsubscribe = line(fc.constantFrom("UNSUB", "unsub"), sid);
const unsubscribeLater = line(
  fc.constant("UNSUB"),
  sid,
  fc.integer({ min: -1, max: 4 }).map(String),
);
const beat = fc.constantFrom("PING", "PONG", "+OK", "ping", "INFO {}");
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
  "CONNECT {}",
  "SUB a _sys_ 9",
);

/** All members of a queue group accept headers, so that a message is delivered the same way to each of them. */
function connect({ isCut, hasGroups, users }: Kind): fc.Arbitrary<string> {
  return fc.record({
    verbose: fc.boolean(),
    pedantic: isCut ? fc.constant(false) : fc.boolean(),
    echo: fc.boolean(),
    headers: hasGroups ? fc.constant(true) : fc.boolean(),
    no_responders: fc.boolean(),
    protocol: fc.constantFrom(0, 1),
    ...users.length === 0 ? {} : { user: fc.constantFrom(...users), pass: fc.constant("p") },
  }).map((options) => JSON.stringify(options));
}

interface Kind {
  /** Users to log in as; empty when the server requires no login. */
  readonly users: readonly string[];
  /** Whether packets are split. Not with pedantic clients: nats-server reports a split pedantic publish twice. */
  readonly isCut: boolean;
  readonly hasGroups: boolean;
}

/** An action of a client: one step, or several when its bytes are split. */
interface Act extends Step {
  readonly cutAt: readonly number[];
}

function acts(kindOf: Kind): fc.Arbitrary<Act[]> {
  const { isCut, hasGroups } = kindOf;
  const text = fc.oneof(
    { weight: 10, arbitrary: publish },
    { weight: 3, arbitrary: publishWithHeaders },
    { weight: 7, arbitrary: subscribe },
    ...hasGroups
      ? [{ weight: 6, arbitrary: joinGroup }]
      : [{ weight: 2, arbitrary: unsubscribeLater }],
    { weight: 2, arbitrary: unsubscribe },
    { weight: 1, arbitrary: beat },
    { weight: 1, arbitrary: wrong },
  );
  const client = fc.constantFrom("a", "b", "c", "d");
  const kind = <Name extends Act["kind"]>(name: Name) => fc.constant(name);
  const cutAt = isCut ? fc.array(fc.nat({ max: 40 }), { maxLength: 3 }) : fc.constant([]);
  const whole = fc.constant<number[]>([]);
  const send = fc.record({ client, kind: kind("send"), text, cutAt });
  const again = fc.record({ client, kind: kind("connect"), text: connect(kindOf), cutAt: whole });
  const rubbish = fc.tuple(client, mutated(text)).map(([client, text]): Act[] => [
    { client, kind: "bytes", text, cutAt: [] },
    { client, kind: "hang_up", text: "", cutAt: [] },
  ]);
  const body = fc.array(
    fc.oneof<fc.MaybeWeightedArbitrary<Act>[]>(
      { weight: 20, arbitrary: send },
      { weight: 1, arbitrary: again },
    ),
    { minLength: 2, maxLength: 14 },
  );
  return fc.tuple(
    fc.array(connect(kindOf), { minLength: 4, maxLength: 4 }),
    body,
    fc.option(rubbish, { nil: [], freq: 2 }),
  ).map(([connects, body, end]) => {
    const all = [...body, ...end];
    const clients = [...new Set(all.map(({ client }) => client))];
    const opening = clients.map((client, i): Act => (
      { client, kind: "connect", text: connects[i], cutAt: [] }
    ));
    return [...opening, ...all];
  });
}

function pieces({ client, kind, text, cutAt }: Act): Step[] {
  const cuts = [...new Set(cutAt)].filter((cut) => cut > 0 && cut < text.length)
    .sort((a, b) => a - b);
  const bytes = cuts.map((cut, i): Step => (
    { client, kind: "bytes", text: text.slice(cuts[i - 1] ?? 0, cut) }
  ));
  return [...bytes, { client, kind, text: text.slice(cuts.at(-1) ?? 0) }];
}

/** Returns the text with one byte changed, removed or inserted, but not within the session's token. */
function mutated(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
  return fc.tuple(text, fc.nat(), byte, fc.constantFrom(0, 1), fc.boolean()).map(
    ([text, position, byte, removed, isKept]) => {
      const from = text.lastIndexOf(own) + (text.includes(own) ? own.length : 1);
      const at = from + position % Math.max(1, text.length + 2 - from);
      const whole = `${text}\r\n`;
      return whole.slice(0, at) + (isKept ? byte : "") + whole.slice(at + removed);
    },
  );
}

/** Options of {@linkcode session}. */
export interface SessionOptions {
  /** A number that is unique among the sessions on these servers; it is part of the session's token. */
  readonly number: () => number;
  /** Users to log in as, with the password `p`. Default: none. */
  readonly users?: readonly string[];
}

/** A session. */
export function session({ number, users = [] }: SessionOptions): fc.Arbitrary<Script> {
  // Members of a queue group need the same permissions, so all of them log in as one user.
  const kind = fc.record({
    isCut: fc.boolean(),
    hasGroups: fc.boolean(),
    first: fc.nat({ max: Math.max(0, users.length - 1) }),
  }).map(({ isCut, hasGroups, first }): Kind => ({
    isCut,
    hasGroups,
    users: hasGroups ? users.slice(first, first + 1) : users,
  }));
  return kind.chain((kind) => acts(kind).map((all) => ({ all, kind })))
    .map(({ all, kind }) => {
      const ownToken = `s${number()}`;
      return {
        name: "random session",
        random: true,
        pooled: kind.hasGroups,
        steps: all.map((act) => ({ ...act, text: act.text.replaceAll(own, ownToken) }))
          .flatMap(pieces),
      };
    });
}
