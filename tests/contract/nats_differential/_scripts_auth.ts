/**
 * Scripts about authentication and permissions, each for one configuration of both servers.
 *
 * @module
 */
import { type AuthOptions, type NatsLimits } from "../../../plugins/nats_server/mod.ts";
import { queueScript, type Script, script } from "./_script.ts";

/** The same configuration for both servers, and the scripts to run with it. */
export interface Setup {
  readonly name: string;
  /** In the reference's own format. */
  readonly reference: string;
  readonly auth?: AuthOptions;
  readonly limits?: Partial<NatsLimits>;
  readonly scripts: readonly Script[];
}

/** bcrypt of `secret`, cost 4. */
const bcryptSecret = "$2b$04$8sysnPAFJsCLi16RSfiiN.ifVg4s0/sEbdLPnMjz.VICnzwCeqc8.";

const attempts: readonly string[] = [
  "{}",
  '{"auth_token":"secret"}',
  '{"auth_token":"wrong"}',
  '{"auth_token":""}',
  '{"user":"app","pass":"secret"}',
  '{"user":"app","pass":"wrong"}',
  '{"user":"app"}',
  '{"user":"nobody","pass":"secret"}',
  '{"pass":"secret"}',
  '{"user":"","pass":""}',
  '{"user":"app","pass":"secret","verbose":true}',
  '{"user":"app","pass":"secret","auth_token":"secret"}',
  '{"jwt":"a.b.c"}',
  '{"nkey":"UAAA","sig":"xxx"}',
  '{"user":"app","pass":"secret","account":"x"}',
  '{"user":"app","pass":"secret","protocol":7}',
  '{"user":"app","pass":"secret","no_responders":true,"headers":false}',
];

const beforeConnect: readonly string[] = [
  "PING",
  "SUB foo 1",
  "PUB foo 2\r\nhi",
  "X",
  "+OK",
  "INFO {}",
];

function attemptScripts(): Script[] {
  return [
    ...attempts.map((attempt) =>
      script(`CONNECT ${attempt}`, `A connect ${attempt}`, "A > PUB foo 0\r\n")
    ),
    ...beforeConnect.map((line) =>
      script(`${JSON.stringify(line)} before CONNECT`, `A >> ${line}\r\n`, "A eof")
    ),
    script(
      "INFO says that credentials are required",
      'A connect {"user":"app","pass":"secret","auth_token":"secret"}',
    ),
    script(
      "a second CONNECT with wrong credentials",
      'A connect {"user":"app","pass":"secret","auth_token":"secret"}',
      'A connect {"user":"app","pass":"no","auth_token":"no"}',
    ),
    script(
      "CONNECT and more in one piece",
      'A >> CONNECT {"verbose":false,"user":"app","pass":"secret","auth_token":"secret"}\r\nSUB foo 1\r\nPUB foo 2\r\nhi\r\n',
      "A sync",
    ),
  ];
}

const app = '{"user":"app","pass":"secret"';
const other = '{"user":"other","pass":"secret"}';

function permissionScripts(): Script[] {
  const subjects = [
    "foo",
    "foo.a",
    "foo.b",
    "foo.a.b",
    "bar",
    "bar.x",
    "baz",
    "qux",
    "$x",
    "_INBOX.1",
    "foo..a",
    "foo.*",
    "foo.>",
    ">",
    "*",
  ];
  return [
    ...subjects.map((subject) =>
      script(
        `publishing on ${subject}`,
        `A connect ${app}}`,
        `B connect ${other}`,
        "B > SUB > 1",
        `A > PUB ${subject} 2\r\nhi`,
      )
    ),
    ...subjects.map((subject) =>
      script(
        `verbose publishing on ${subject}`,
        `A connect ${app},"verbose":true}`,
        `A > PUB ${subject} 2\r\nhi`,
      )
    ),
    ...subjects.map((subject) =>
      script(
        `subscribing to ${subject}`,
        `A connect ${app}}`,
        `B connect ${other}`,
        `A > SUB ${subject} 1`,
        ...["foo", "foo.a", "foo.b", "bar", "bar.x", "baz"].map((target) =>
          `B > PUB ${target} 2\r\nhi`
        ),
      )
    ),
    ...["q", "q1", "v1.x", "v1.x.y", "other", "*", ">"].flatMap((queue) => [
      script(
        `subscribing to grp in group ${queue}`,
        `A connect ${app}}`,
        `B connect ${other}`,
        `A > SUB grp ${queue} 1`,
        "B > PUB grp 2\r\nhi",
      ),
      script(
        `subscribing to all in group ${queue}`,
        `A connect ${app}}`,
        `B connect ${other}`,
        `A > SUB all ${queue} 1`,
        "B > PUB all 2\r\nhi",
      ),
      script(
        `subscribing to deny.grp in group ${queue}`,
        `A connect ${app}}`,
        `B connect ${other}`,
        `A > SUB deny.grp ${queue} 1`,
        "B > PUB deny.grp 2\r\nhi",
      ),
    ]),
    script("subscribing to grp without a group", `A connect ${app}}`, "A > SUB grp 1"),
    script(
      "subscribing, verbose, refused",
      `A connect ${app},"verbose":true}`,
      "A > SUB nope 1",
      "A > SUB nope q 2",
    ),
    script(
      "a refusal quotes odd bytes",
      `A connect ${app}}`,
      'A > PUB no"pe\\\\ 0\r\n',
      "A > PUB caf\xc3\xa9 0\r\n",
      "A > PUB \x01\x7f\xff 0\r\n",
      'A > SUB no"pe\xe2\x82\xac 1',
    ),
    queueScript(
      "a denied subject passes a group by",
      `A connect ${app}}`,
      `B connect ${other}`,
      "A > SUB foo.> q 1",
      "B > SUB foo.> q 2",
      ...Array.from({ length: 6 }, () => "B > PUB foo.b 1\r\nx"),
    ),
    script(
      "answers only",
      'A connect {"user":"svc","pass":"secret"}',
      `B connect ${other}`,
      "A > SUB svc 1",
      "B > SUB inbox 1",
      "A > PUB inbox 1\r\n0",
      "B > PUB svc inbox 1\r\n?",
      "A > PUB inbox 1\r\n1",
      "A > PUB inbox 1\r\n2",
      "A > PUB inbox 1\r\n3",
    ),
    script(
      "answers, and what is listed",
      'A connect {"user":"svc2","pass":"secret"}',
      `B connect ${other}`,
      "A > SUB svc 1",
      "B > SUB > 1",
      "B > PUB svc inbox 1\r\n?",
      "A > PUB listed 1\r\n1",
      "A > PUB inbox 1\r\n2",
      "A > PUB inbox 1\r\n3",
    ),
    script(
      "nobody answers who may not be asked",
      `A connect ${app},"no_responders":true}`,
      "A > SUB _INBOX.> 1",
      "A > PUB nope _INBOX.1 1\r\n?",
      "A > PUB foo.a _INBOX.1 1\r\n?",
    ),
  ];
}

const rules = {
  publish: { allow: ["foo", "foo.*", "bar.>", "_INBOX.>"], deny: ["foo.b", "bar.x"] },
  subscribe: {
    allow: ["foo.>", "foo", "bar.*", "_INBOX.>", "grp q1", "grp v1.>", "all", "all q1", "deny.>"],
    deny: ["foo.b", "deny.grp q1", "deny.grp v1.*"],
  },
};

function quoted(list: readonly string[]): string {
  return `[${list.map((entry) => JSON.stringify(entry)).join(", ")}]`;
}

/** All of them. */
export const setups: readonly Setup[] = [
  {
    name: "a token",
    reference: 'authorization { token: "secret" }',
    auth: { token: "secret" },
    scripts: attemptScripts(),
  },
  {
    name: "a user with a password",
    reference: 'authorization { user: app, password: "secret" }',
    auth: { users: [{ user: "app", password: "secret" }] },
    scripts: attemptScripts(),
  },
  {
    name: "a user with a bcrypt password",
    reference: `authorization { user: app, password: "${bcryptSecret}" }`,
    auth: { users: [{ user: "app", password: bcryptSecret }] },
    scripts: attemptScripts(),
  },
  {
    name: "users with permissions",
    reference: `authorization { users: [
      { user: app, password: secret, permissions: {
        publish: { allow: ${quoted(rules.publish.allow)}, deny: ${quoted(rules.publish.deny)} },
        subscribe: { allow: ${quoted(rules.subscribe.allow)}, deny: ${
      quoted(rules.subscribe.deny)
    } } } },
      { user: svc, password: secret, permissions: { allow_responses: { max: 2, expires: "1m" } } },
      { user: svc2, password: secret, permissions: { publish: "listed", allow_responses: true } },
      { user: other, password: secret } ] }`,
    auth: {
      users: [
        { user: "app", password: "secret", permissions: rules },
        {
          user: "svc",
          password: "secret",
          permissions: { allowResponses: { max: 2, expiresMs: 60_000 } },
        },
        {
          user: "svc2",
          password: "secret",
          permissions: { publish: { allow: ["listed"] }, allowResponses: true },
        },
        { user: "other", password: "secret" },
      ],
    },
    scripts: [...attemptScripts(), ...permissionScripts()],
  },
  {
    name: "an nkey and a user",
    reference: `authorization { users: [
      { nkey: UDNBZQOMWF7HYA5DKY6PJUCE25J3PZEQSMAR6UFME2M7AIIDFE5JWXT6 },
      { user: app, password: secret } ] }`,
    auth: {
      users: [
        { nkey: "UDNBZQOMWF7HYA5DKY6PJUCE25J3PZEQSMAR6UFME2M7AIIDFE5JWXT6" },
        { user: "app", password: "secret" },
      ],
    },
    scripts: attemptScripts(),
  },
  {
    name: "tight limits",
    reference: "max_payload: 64\nmax_subscriptions: 3\nmax_connections: 2",
    limits: { maxPayloadBytes: 64, maxSubscriptions: 3, maxConnections: 2 },
    scripts: [
      ...[0, 63, 64, 65, 66, 1000].flatMap((size) => [
        script(
          `a payload of ${size}`,
          "A connect",
          "A > SUB foo 1",
          `A > PUB foo ${size}\r\n${"x".repeat(size)}`,
        ),
        script(
          `headers and payload of ${size}`,
          "A connect",
          "A > SUB foo 1",
          `A > HPUB foo ${Math.min(12, size)} ${size}\r\n${
            "NATS/1.0\r\n\r\n".padEnd(size, "y").slice(0, size)
          }`,
        ),
      ]),
      script(
        "one subscription too many",
        "A connect",
        ...[1, 2, 3, 4, 5].map((sid) => `A > SUB foo.${sid} ${sid}`),
        "A > UNSUB 1",
        "A > SUB foo.4 4",
        "A > PUB foo.4 1\r\nx",
      ),
      script(
        "one subscription too many, verbose",
        'A connect {"verbose":true}',
        ...[1, 2, 3, 4].map((sid) => `A > SUB foo.${sid} ${sid}`),
      ),
      script(
        "a taken sid does not count",
        "A connect",
        ...[1, 2, 2, 2, 3].map((sid) => `A > SUB foo.${sid} ${sid}`),
      ),
      script("one connection too many", "A connect", "B connect", "C eof"),
    ],
  },
  {
    name: "a short control line",
    reference: "max_control_line: 128",
    limits: { maxControlLineBytes: 128 },
    scripts: [
      ...[100, 120, 124, 125, 126, 127, 128, 129, 200].flatMap((length) => [
        script(
          `SUB with ${length} letters`,
          'A >> CONNECT {"verbose":false}\r\n',
          "A sync",
          `A > SUB ${"a".repeat(length)} 1`,
        ),
        script(
          `PUB with ${length} letters`,
          'A >> CONNECT {"verbose":false}\r\n',
          "A sync",
          `A > PUB ${"a".repeat(length)} 0\r\n`,
        ),
        script(
          `CONNECT with ${length} letters`,
          `A > CONNECT {"verbose":false,"name":"${"a".repeat(length)}"}`,
        ),
      ]),
    ],
  },
];
