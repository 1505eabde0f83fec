/**
 * Random sessions on both servers. `CIM_TEST_NATS_SESSIONS` says how many (default 300, 10,000 in CI),
 * `CIM_TEST_NATS_SEED` repeats a run; the seed is printed.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { NatsServer } from "../../../plugins/nats_server/mod.ts";
import { groupSession, session } from "./_generator.ts";
import { referencePath, startReference } from "./_reference.ts";
import { run } from "./_run.ts";
import type { Script } from "./_script.ts";

const path = referencePath();
const sessions = Number(Deno.env.get("CIM_TEST_NATS_SESSIONS") ?? 300);
const seed = Number(Deno.env.get("CIM_TEST_NATS_SEED") ?? Date.now() % 1_000_000);

for (
  const [name, arbitrary, count] of [
    ["random sessions", session, Math.ceil(sessions * 0.8)],
    ["random sessions with queue groups", groupSession, Math.ceil(sessions * 0.2)],
  ] as const
) {
  Deno.test({
    name: `NatsServer answers as the reference does in ${count} ${name} (seed ${seed})`,
    ignore: path === undefined,
    async fn() {
      await using ours = new NatsServer({ port: 0 });
      await ours.listen();
      await using reference = await startReference(path!, "max_control_line: 2048");
      const property = fc.asyncProperty(
        arbitrary,
        (script) => agree(script, ours.port, reference.port),
      );
      await fc.assert(property, { numRuns: count, seed });
    },
  });
}

/** A second try rules out clients of the session before that were still leaving. */
async function agree(script: Script, port: number, referencePort: number): Promise<void> {
  for (let tries = 1;; tries++) {
    const [actual, expected] = await Promise.all([run(script, port), run(script, referencePort)]);
    try {
      return assert.deepEqual(actual, expected);
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}
