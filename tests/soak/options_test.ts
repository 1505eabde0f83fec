import assert from "node:assert/strict";
import { soakOptions } from "./_options.ts";

Deno.test("soakOptions() reads minutes and seed in any order, and chooses a seed when none is given", () => {
  assert.deepEqual(soakOptions(["--seed", "7", "--minutes", "0.5"]), { minutes: 0.5, seed: 7 });
  assert(Number.isInteger(soakOptions(["--minutes", "1"]).seed));
});

Deno.test("soakOptions() throws when an argument is unknown, missing or out of range", () => {
  for (
    const args of [["--minutes"], ["--minutes", "0"], ["--minutes", ""], ["--seed", "-1"], ["7"]]
  ) {
    assert.throws(() => soakOptions(args), /^TypeError: Cannot use ".+"; usage: deno task soak/);
  }
});
