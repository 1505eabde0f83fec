import assert from "node:assert/strict";
import { fixture } from "./_fixture.ts";

const base = "/cimConfig/lmaas/flush_timeout";

Deno.test("G3 a patch of cim.json is effective when its revision is committed", async () => {
  await using test = await fixture({ registered: false });
  const order: string[] = [];
  test.settings.onChange((now) =>
    void order.push(`effective ${now.cimConfig.lmaas.flush_timeout}`)
  );
  await test.put("cim.json", 3, [{ op: "replace", path: base, value: 5 }]);
  assert.equal(await test.commit(), "3");
  assert.deepEqual(order, ["effective 5"]);
  assert.deepEqual(test.app.requests, []);
});

Deno.test("D-27 the commit waits for the effects", async () => {
  await using test = await fixture();
  const effect = Promise.withResolvers<void>();
  test.settings.onChange(() => effect.promise);
  await test.put("cim.json", 3, [{ op: "replace", path: base, value: 5 }]);
  assert.equal(await test.commit(), undefined);
  effect.resolve();
  assert.equal(await test.commit(), "3");
});

Deno.test("D-27 a failed effect commits -1 and is rolled back", async () => {
  await using test = await fixture();
  test.settings.onChange((now) => {
    if (now.cimConfig.lmaas.flush_timeout === 5) throw new Error("no room");
  });
  await test.put("cim.json", 3, [{ op: "replace", path: base, value: 5 }]);
  assert.equal(await test.commit(), "-1");
  assert.equal(test.settings.current.cimConfig.lmaas.flush_timeout, 30);
  assert.match(test.service.changeSets.list()[0].reason, /no room/);
});

const good: [name: string, patch: unknown][] = [
  ["test", [{ op: "test", path: base, value: 30 }, { op: "replace", path: base, value: 5 }]],
  ["add", [{ op: "add", path: base, value: 5 }]],
  ["remove and add", [{ op: "remove", path: base }, { op: "add", path: base, value: 5 }]],
  ["copy", [
    { op: "add", path: "/extra/new", value: 5 },
    { op: "copy", from: "/extra/new", path: base },
  ]],
  ["move", [
    { op: "add", path: "/extra/new", value: 5 },
    { op: "remove", path: base },
    { op: "move", from: "/extra/new", path: base },
  ]],
  ["false leaves", [
    { op: "test", path: "/cimConfig/lmaas/prefer_local_daemonset", value: false },
    { op: "replace", path: base, value: 5 },
  ]],
];

for (const [name, patch] of good) {
  Deno.test(`D-28 a patch with ${name} is applied to the whole document`, async () => {
    await using test = await fixture();
    await test.put("cim.json", 3, patch);
    assert.equal(await test.commit(), "3");
    const { current } = test.settings;
    assert.equal(current.cimConfig.lmaas.flush_timeout, 5);
    assert.equal((current.extra as { kept: boolean }).kept, true);
  });
}

Deno.test("D-28 unknown members can be patched and removed", async () => {
  await using test = await fixture();
  await test.put("cim.json", 3, [{ op: "remove", path: "/extra" }]);
  assert.equal(await test.commit(), "3");
  assert.equal("extra" in test.settings.current, false);
});

const bad: [name: string, patch: unknown, reason: RegExp][] = [
  ["a value out of range", [{ op: "replace", path: base, value: 4 }], /flush_timeout: 4: /],
  ["a value of a wrong type", [{ op: "replace", path: base, value: "5" }], /flush_timeout: "5": /],
  [
    "a path that does not exist",
    [{ op: "replace", path: "/cimConfig/x/y", value: 1 }],
    /"\/cimConfig\/x\/y"/,
  ],
  [
    "a test that fails",
    [{ op: "test", path: base, value: 31 }],
    /operation 0 .*Test operation failed/,
  ],
  ["a mandatory leaf removed", [{ op: "remove", path: base }], /flush_timeout: missing/],
  ["a section removed", [{ op: "remove", path: "/cimConfig/lmaas" }], /lmaas: missing/],
  ["an unknown operation", [{ op: "frob", path: base }], /operation 0/],
  ["no array", { op: "replace" }, /must be an array/],
  ["null", null, /must be an array/],
  ["no JSON", "[{", /not JSON/],
  [
    "the document replaced by a number",
    [{ op: "replace", path: "", value: 5 }],
    /\/: 5: wanted an object/,
  ],
  ["a prototype", [{ op: "add", path: "/__proto__/x", value: 1 }], /banned/],
];

for (const [name, patch, reason] of bad) {
  Deno.test(`D-28 a patch with ${name} commits -1 with the reason and changes nothing`, async () => {
    await using test = await fixture();
    const before = test.settings.current;
    await test.put("cim.json", 3, patch);
    assert.equal(await test.commit(), "-1");
    assert.equal(test.settings.current, before);
    const [record] = test.service.changeSets.list();
    assert.match(record.reason, reason);
    assert.equal(record.verdict, "failed");
  });
}

Deno.test("the reason of a bad patch does not carry the document", async () => {
  await using test = await fixture();
  await test.put("cim.json", 3, [{ op: "test", path: base, value: 31 }]);
  await test.settle();
  assert.equal(test.service.changeSets.list()[0].reason.includes("kept"), false);
});

Deno.test("D-34 a patch that mentions but does not change a setting has no effect", async () => {
  await using test = await fixture();
  let changed = false;
  test.settings.onChange((now, before) => {
    changed = now.cimConfig.lmaas.logging_mode !== before.cimConfig.lmaas.logging_mode;
  });
  await test.put("cim.json", 3, [{ op: "add", path: "/extra/logging_mode", value: "TCP" }]);
  assert.equal(await test.commit(), "3");
  assert.equal(changed, false);
});

Deno.test("D-20 change-sets for cim.json keep their order behind those for the application", async () => {
  await using test = await fixture();
  await test.put("amf.json", 4);
  await test.put("cim.json", 5, [{ op: "replace", path: base, value: 5 }]);
  assert.equal(await test.commit(), undefined);
  test.reply("amf.json", 4, "success");
  assert.equal(await test.commit(), "5");
});
