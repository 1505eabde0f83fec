/** Marked secrets in every place of the configuration that can hold one, through every command that reads it. */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { runCli } from "../../cim/cli/mod.ts";

/** Text that appears nowhere else. */
const mark = "Zx9MARKx9Z";

const secretKeys = [
  "nats.token",
  "nats.url_password",
  "nats.url_token",
  "etcd.password",
  "registration.apigw_username",
  "registration.apigw_password",
];

/** Values in which a secret may stand, well-formed and malformed. */
const secretValue = fc.oneof(
  fc.constant(mark),
  fc.constant(`["${mark}"]`),
  fc.constant(`{"password":"${mark}"}`),
);

const users = fc.array(
  fc.record({
    user: fc.constantFrom("a", "b"),
    password: fc.oneof(fc.constant(mark), fc.constant([mark]), fc.constant({ value: mark })),
    other: fc.option(fc.constant(1), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 3 },
).map((list) => JSON.stringify(list));

const url = fc.constantFrom(
  `nats://user:${mark}@127.0.0.1:1`,
  `http://${mark}@127.0.0.1:1`,
  `http://a:${mark}@`,
);

const sets = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom(...secretKeys), secretValue),
    fc.tuple(fc.constant("nats.users"), fc.oneof(users, fc.constant(`[{"password":"${mark}"`))),
    fc.tuple(fc.constantFrom("nats.url", "rest.host", "rest.port", "etcd.endpoints"), url),
    fc.tuple(fc.constant("etcd.endpoints"), url.map((text) => JSON.stringify([text]))),
  ),
  { minLength: 1, maxLength: 4 },
).map((pairs) => pairs.map(([key, value]) => `${key}=${value}`));

const commands = [
  ["config", "show"],
  ["validate"],
  ["status"],
  ["changes"],
  ["kv", "get", "a"],
] as const;

Deno.test("no command prints a text that came from a secret or from the user information of a URL", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...commands), sets, async (command, sets) => {
      const lines: string[] = [];
      const { signal } = new AbortController();
      const isClient = !["config", "validate"].includes(command[0]);
      const args = [...sets, ...(isClient ? ["etcd.endpoints=[]"] : [])];
      await runCli([...command, ...args.flatMap((set) => ["--set", set])], {
        out: (line) => void lines.push(line),
        err: (line) => void lines.push(line),
        readInput: () => Promise.resolve(new Uint8Array(0)),
        width: 80,
        hasColors: false,
        env: {},
        stop: signal,
        kill: signal,
      });
      assert(!lines.join("\n").includes(mark), lines.join("\n"));
    }),
    { numRuns: 150 },
  );
});
