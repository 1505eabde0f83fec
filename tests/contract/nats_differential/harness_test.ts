/**
 * Tests the harness: it must report no difference between equal servers, and every difference between unequal ones.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { play } from "./_play.ts";
import { referenceBinary, startReference } from "./_reference.ts";
import { run, type Script, topic } from "./_script.ts";
import { session } from "./_sessions.ts";
import { setups } from "./_setups.ts";
import { topics } from "./scripts/mod.ts";

const binary = referenceBinary();

async function agree(script: Script, one: number, other: number): Promise<void> {
  assert.deepEqual(await play(script, { port: one }), await play(script, { port: other }));
}

Deno.test("run`` reads kinds of steps and escapes, and refuses a line that is none", () => {
  assert.deepEqual(run`a> PUB foo 1¶\x00\\\s`, [
    { client: "a", kind: "send", text: "PUB foo 1\r\n\0\\ " },
  ]);
  assert.deepEqual(
    run`
    b- ☕
    c.`,
    [
      { client: "b", kind: "bytes", text: "\xe2\x98\x95" },
      { client: "c", kind: "hang_up", text: "" },
    ],
  );
  assert.throws(() => run`e> PING`, SyntaxError);
  assert.throws(() => run`a+ PING`, SyntaxError);
});

Deno.test("no two scripts of a topic have one name, and no two topics", () => {
  const names = topics.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, scripts } of topics) {
    assert.equal(new Set(scripts.map(({ name }) => name)).size, scripts.length, name);
  }
});

Deno.test({
  name: "two reference servers show no difference in 300 random sessions",
  ignore: binary === undefined,
  async fn() {
    await using one = await startReference(binary!, setups.plain.reference);
    await using other = await startReference(binary!, setups.plain.reference);
    let played = 0;
    const property = fc.asyncProperty(
      session({ number: () => played++ }),
      (script) => agree(script, one.port, other.port),
    );
    await fc.assert(property, { numRuns: 300 });
  },
});

Deno.test({
  name: "a reference server with another limit shows as different",
  ignore: binary === undefined,
  async fn() {
    await using one = await startReference(binary!, setups.plain.reference);
    await using other = await startReference(binary!, "max_payload: 8\n");
    const { scripts: [equal, info, refused] } = topic("limits", {
      "a small message": run`
        a> SUB foo 1
        a> PUB foo 8¶12345678`,
      "INFO": run`a!`,
      "a message that only one takes": run`a> PUB foo 9¶123456789`,
    });
    await agree(equal, one.port, other.port);
    await assert.rejects(agree(info, one.port, other.port), assert.AssertionError);
    await assert.rejects(agree(refused, one.port, other.port), assert.AssertionError);
  },
});
