import assert from "node:assert/strict";
import { until } from "../../../../cim/cli/demo/until.ts";

const { signal } = new AbortController();

Deno.test("until() looks again after nothing and after an error", async () => {
  let looks = 0;
  const seen = await until("it", () => {
    looks++;
    if (looks === 1) throw new Error("not yet");
    return looks === 3 ? "there" : undefined;
  }, { signal });
  assert.deepEqual([seen, looks], ["there", 3]);
});

Deno.test("until() gives up and tells what it saw last", async () => {
  await assert.rejects(
    until("it", () => Promise.reject(new Error("closed door")), { limitMs: 0, signal }),
    /Cannot see it: not within 0 ms; last: closed door/,
  );
});

Deno.test("until() ends with its signal", async () => {
  const ended = AbortSignal.abort("enough");
  await assert.rejects(
    until("it", () => undefined, { signal: ended }),
    (error) => error === "enough",
  );
});
