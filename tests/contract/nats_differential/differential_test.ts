/**
 * The same bytes to this server and to the reference: the answers must be the same.
 *
 * @module
 */
import assert from "node:assert/strict";
import { authenticator, NatsServer } from "../../../plugins/nats_server/mod.ts";
import { intended } from "./_intended.ts";
import { type Reference, referencePath, startReference } from "./_reference.ts";
import { run } from "./_run.ts";
import type { Script } from "./_script.ts";
import { setups } from "./_scripts_auth.ts";
import { connectScripts } from "./_scripts_connect.ts";
import { framingScripts } from "./_scripts_framing.ts";
import { publishScripts } from "./_scripts_publish.ts";
import { subscribeScripts } from "./_scripts_subscribe.ts";

const path = referencePath();

const groups: readonly (readonly [name: string, scripts: readonly Script[]])[] = [
  ["connecting", connectScripts],
  ["publishing", publishScripts],
  ["subscribing", subscribeScripts],
  ["framing", framingScripts],
];

for (const [name, scripts] of groups) {
  Deno.test({
    name: `NatsServer answers as the reference does when ${name} (${scripts.length} scripts)`,
    ignore: path === undefined,
    async fn(t) {
      await using ours = new NatsServer({ port: 0 });
      await ours.listen();
      await using reference = await startReference(path!, "max_control_line: 2048");
      for (const script of scripts) {
        await t.step(script.name, () => compare(script, ours, reference));
      }
    },
  });
}

for (const { name, reference: config, auth, limits, scripts } of setups) {
  Deno.test({
    name: `NatsServer answers as the reference does with ${name} (${scripts.length} scripts)`,
    ignore: path === undefined,
    async fn(t) {
      await using ours = new NatsServer({
        port: 0,
        ...(auth && { authenticator: authenticator(auth) }),
        ...(limits && { limits }),
      });
      await ours.listen();
      const line = limits?.maxControlLineBytes ? "" : "max_control_line: 2048\n";
      await using reference = await startReference(path!, `${line}${config}`);
      for (const script of scripts) {
        await t.step(script.name, () => compare(script, ours, reference));
      }
    },
  });
}

/** A second try rules out that a script saw the clients of the one before it still leaving. */
async function compare(script: Script, ours: NatsServer, reference: Reference): Promise<void> {
  for (let tries = 1;; tries++) {
    const [actual, expected] = await Promise.all([
      run(script, ours.port),
      run(script, reference.port),
    ]);
    try {
      assert.deepEqual(actual, intended(script.name, expected));
      return;
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}
