import assert from "node:assert/strict";
import { definePlugin, token } from "../../../core/plugin/mod.ts";
import { harness } from "../../../core/testing/mod.ts";

Deno.test("bootTree() shows each phase and plugin with its duration and what it came after", async () => {
  const storeToken = token<string>("store");
  await using test = harness({
    plugins: [
      definePlugin({
        name: "store",
        provides: [storeToken],
        async init({ clock, provide }) {
          await clock.sleep(12);
          provide(storeToken, "x");
        },
      }),
      definePlugin({ name: "app", requires: [storeToken], init() {} }),
    ],
  });
  assert.equal(test.agent.bootTree(), "agent <1 ms");
  const started = test.agent.start();
  await test.clock.advance(12);
  await started;
  const tree = [
    "agent 12 ms",
    "├─ init 12 ms",
    "│  ├─ store 12 ms",
    "│  └─ app <1 ms (after store)",
    "└─ afterInit <1 ms",
    "   ├─ store <1 ms",
    "   └─ app <1 ms (after store)",
  ];
  assert.equal(test.agent.bootTree(), tree.join("\n"));
  assert.deepEqual(test.logs.messages("debug").slice(-tree.length), tree);
});
