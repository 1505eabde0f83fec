/**
 * Random sessions with both servers. `CIM_TEST_NATS_SESSIONS` is their number (default 1,000, and 10,000 where
 * `CI` is set), `CIM_TEST_NATS_SEED` repeats a run; the seed is part of the test's name.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { play } from "./_play.ts";
import { referenceBinary, startReference } from "./_reference.ts";
import { session } from "./_sessions.ts";
import { setups, startOurs } from "./_setups.ts";

/** Sessions under way at once, to use the time in which one waits. */
const lanes = 4;
const binary = referenceBinary();
const byDefault = Deno.env.has("CI") ? 10_000 : 1_000;
const sessions = Number(Deno.env.get("CIM_TEST_NATS_SESSIONS") ?? byDefault);
const seed = Number(Deno.env.get("CIM_TEST_NATS_SEED") ?? Date.now() % 1_000_000);

for (
  const [of, setup, share, users] of [
    ["anybody", "plain", 0.7, []],
    ["users with permissions", "random_users", 0.3, ["all", "some", "answers"]],
  ] as const
) {
  const count = Math.ceil(sessions * share);
  Deno.test({
    name: `the server answers ${count} random sessions of ${of} as nats-server does (seed ${seed})`,
    ignore: binary === undefined,
    async fn() {
      await using reference = await startReference(binary!, setups[setup].reference);
      await using ours = await startOurs(setups[setup]);
      let played = 0;
      const agrees = fc.asyncProperty(
        session({ number: () => played++, users }),
        async (script) => {
          const [expected, found] = await Promise.all([
            play(script, { port: reference.port }),
            play(script, { port: ours.port }),
          ]);
          assert.deepEqual(found, expected);
        },
      );
      const runs = Array.from(
        { length: lanes },
        (_, lane) => fc.assert(agrees, { numRuns: Math.ceil(count / lanes), seed: seed + lane }),
      );
      await Promise.all(runs);
    },
  });
}
