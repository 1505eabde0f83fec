/**
 * Runs each script against nats-server and against this server, and compares their answers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openDifferences } from "./_open.ts";
import { play } from "./_play.ts";
import { referenceBinary, startReference } from "./_reference.ts";
import { setups, startOurs } from "./_setups.ts";
import { topics } from "./scripts/mod.ts";

const binary = referenceBinary();

for (const { name, setup, scripts } of topics) {
  Deno.test({
    name: `the server answers ${name} scripts as nats-server does`,
    ignore: binary === undefined,
    async fn(t) {
      const { reference: config, address } = setups[setup];
      await using reference = await startReference(binary!, config);
      await using ours = await startOurs(setups[setup]);
      for (const script of scripts) {
        await t.step(script.name, async () => {
          const wanted = await play(script, { ...address, port: reference.port });
          const found = await play(script, { ...address, port: ours.port });
          const key = `${name}: ${script.name}`;
          if (!(key in openDifferences)) assert.deepEqual(found, wanted);
          else assert.notDeepEqual(found, wanted, `${key} is equal now: take it off the open list`);
        });
      }
    },
  });
}
