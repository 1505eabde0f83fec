import assert from "node:assert/strict";
import { memoryStore, textCodec } from "../../../core/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import type { ChangeRecord } from "../../../cim/config_push/change_record.ts";
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
  [
    "a value out of range",
    [{ op: "replace", path: base, value: 4 }],
    /flush_timeout: must be at least 5, found 4$/,
  ],
  [
    "a value of a wrong type",
    [{ op: "replace", path: base, value: "5" }],
    /flush_timeout: must be a number, found "5"$/,
  ],
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
    /\/: must be a mapping of keys, found a number/,
  ],
  ["a prototype", [{ op: "add", path: "/__proto__/x", value: 1 }], /no member "__proto__"/],
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

const own = "change-set/ns1/amf/v1/ms/cim.json/3";
const recordKey = `config_watch/ns1/amf/v1/amf-0/changes/${own}`;

Deno.test("the application of a patch is recorded as begun before it begins", async () => {
  await using test = await fixture();
  let begun: unknown;
  test.settings.onChange(async () => {
    const entry = await test.state.get(recordKey);
    begun = JSON.parse(new TextDecoder().decode(entry!.value));
  });
  await test.put("cim.json", 3, [{ op: "replace", path: base, value: 5 }]);
  assert.equal(await test.commit(), "3");
  const { attempts, state } = begun as ChangeRecord;
  assert.deepEqual([attempts, state], [1, "seen"]);
});

for (const [attempts, commit] of [[2, "3"], [3, "-1"]] as const) {
  Deno.test(`a patch that was begun ${attempts} times without an end commits ${commit}`, async () => {
    const clock = manualClock();
    const [store, state] = [memoryStore({ clock }), memoryStore({ clock })];
    const patch = JSON.stringify([{ op: "replace", path: base, value: 5 }]);
    await store.put(own, textCodec.encode(patch));
    const record: ChangeRecord = {
      key: own,
      level: "ms",
      dataKey: "cim.json",
      revision: 3,
      state: "seen",
      reason: "",
      attempts,
      seenAt: 0,
    };
    await state.put(recordKey, textCodec.encode(JSON.stringify(record)));
    await using test = await fixture({ store, state, clock });
    assert.equal(await test.commit(), commit);
    const { flush_timeout } = test.settings.current.cimConfig.lmaas;
    assert.equal(flush_timeout, commit === "3" ? 5 : 30);
    const { reason } = test.service.changeSets.list()[0];
    assert.equal(reason.includes("the agent ended 3 times"), commit === "-1");
  });
}

Deno.test("a patch that grows fails with the reason and leaves the settings", async () => {
  await using test = await fixture();
  const before = test.settings.current;
  const copies = Array.from({ length: 30 }, (_, at) => ({
    op: "copy",
    from: "/extra",
    path: `/extra/g${at}`,
  }));
  await test.put("cim.json", 3, copies);
  assert.equal(await test.commit(), "-1");
  const { reason } = test.service.changeSets.list()[0];
  assert.match(reason, /operation \d+ at "\/extra\/g\d+": the patch adds more than/);
  assert.equal(test.settings.current, before);
});
