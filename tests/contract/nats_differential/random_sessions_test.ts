/**
 * Random sessions with both servers. `CIM_TEST_NATS_SESSIONS` says how many (default 1,000),
 * `CIM_TEST_NATS_SEED` repeats a run; the seed is part of the test's name.
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
const wanted = Number(Deno.env.get("CIM_TEST_NATS_SESSIONS") ?? 1_000);
const seed = Number(Deno.env.get("CIM_TEST_NATS_SEED") ?? Date.now() % 1_000_000);

Deno.test({
  name: `the server answers ${wanted} random sessions as nats-server does (seed ${seed})`,
  ignore: binary === undefined,
  async fn() {
    await using reference = await startReference(binary!, setups.plain.reference);
    await using ours = await startOurs(setups.plain);
    let sessions = 0;
    const agrees = fc.asyncProperty(session(() => sessions++), async (script) => {
      const [expected, found] = await Promise.all([
        play(script, { port: reference.port }),
        play(script, { port: ours.port }),
      ]);
      assert.deepEqual(found, expected);
    });
    const runs = Array.from(
      { length: lanes },
      (_, lane) => fc.assert(agrees, { numRuns: Math.ceil(wanted / lanes), seed: seed + lane }),
    );
    await Promise.all(runs);
  },
});
