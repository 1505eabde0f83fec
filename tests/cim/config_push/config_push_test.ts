import assert from "node:assert/strict";
import { textCodec } from "../../../core/mod.ts";
import type { AppOutcome } from "../../../cim/app_client/mod.ts";
import { app1, fixture } from "./_fixture.ts";

Deno.test("G1 a change-set is sent as an object of four texts", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  assert.deepEqual(test.app.requests.map(({ path }) => path), ["/updateConfig"]);
  assert.deepEqual(JSON.parse(test.app.requests[0].body), {
    "change-set-key": "change-set/ns1/amf/v1/ms/amf.json/5",
    "config-patch": '[{"op":"replace","path":"/x","value":1}]',
    "data-key": "amf.json",
    "revision": "5",
  });
  assert.equal(await test.commit(), undefined);
});

Deno.test("D-20 change-sets of a level are pushed one at a time, in the order of revisions", async () => {
  await using test = await fixture({ registered: false });
  for (const [file, revision] of [["b.json", 10], ["a.json", 9], ["c.json", 11]] as const) {
    await test.put(file, revision);
  }
  test.service.register(app1);
  await test.settle();
  assert.deepEqual(test.app.revisions, ["9"]);
  test.reply("a.json", 9, "success");
  await test.settle();
  assert.deepEqual(test.app.revisions, ["9", "10"]);
  test.reply("b.json", 10, "success");
  await test.settle();
  assert.deepEqual(test.app.revisions, ["9", "10", "11"]);
  assert.equal(await test.commit(), "10");
});

Deno.test("D-19 keys of other services and versions are ignored, also for cim.json", async () => {
  await using test = await fixture();
  const patch = '[{"op":"replace","path":"/cimConfig/lmaas/flush_timeout","value":5}]';
  for (
    const key of [
      "change-set/ns1/amf2/v1/ms/cim.json/3",
      "change-set/ns1/amf/v2/ms/cim.json/3",
      "change-set/ns1/amf/v1x/ms/amf.json/3",
    ]
  ) {
    await test.store.put(key, textCodec.encode(patch));
  }
  await test.settle();
  assert.deepEqual(test.app.requests, []);
  assert.equal(test.settings.current.cimConfig.lmaas.flush_timeout, 30);
  assert.equal(test.service.changeSets.list().length, 0);
});

Deno.test("D-6 keys with too few or too many segments are ignored and counted", async () => {
  await using test = await fixture();
  const keys = [
    "change-set/ns1/amf/",
    "change-set/ns1/amf/v1/ms",
    "change-set/ns1/amf/v1/ms/a/1/2",
  ];
  for (const key of [...keys, "change-set/ns1/amf/v1/ms/a.json/x"]) {
    await test.store.put(key, textCodec.encode("[]"));
  }
  await test.settle();
  assert.equal(test.service.stats.ignoredKeys, 4);
  const warnings = test.logs.entries.filter(({ level }) => level === "warn");
  assert.deepEqual(warnings.map(({ message, fields }) => [message, fields?.key]), [
    ["Key ignored: it is no change-set of this pod", "change-set/ns1/amf/"],
    ["Key ignored: it is no change-set of this pod", "change-set/ns1/amf/v1/ms"],
    ["Key ignored: it is no change-set of this pod", "change-set/ns1/amf/v1/ms/a/1/2"],
    ["Key ignored: it is no change-set of this pod", "change-set/ns1/amf/v1/ms/a.json/x"],
  ]);
  await test.put("amf.json", 1);
  assert.deepEqual(test.app.revisions, ["1"]);
});

Deno.test("D-23 pushes are held until the application has registered", async () => {
  await using test = await fixture({ registered: false });
  await test.put("amf.json", 5);
  await test.clock.advance(60_000);
  assert.deepEqual(test.app.revisions, []);
  test.service.register(app1);
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5"]);
});

Deno.test("D-23 a refused connection is retried within the lease", async () => {
  await using test = await fixture();
  const refused = { kind: "unreached", reason: "connection refused" } as const;
  test.app.script.push(refused, refused);
  await test.put("amf.json", 5, undefined, 60_000);
  await test.clock.advance(2_000);
  assert.deepEqual(test.app.revisions, ["5", "5", "5"]);
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "5");
});

Deno.test("T5 an undelivered change-set fails shortly before its lease ends", async () => {
  await using test = await fixture();
  for (let i = 0; i < 100; i++) {
    test.app.script.push({ kind: "unreached", reason: "connection refused" });
  }
  await test.put("amf.json", 5, undefined, 60_000);
  await test.clock.advance(54_000);
  assert.equal(await test.commit(), undefined);
  await test.clock.advance(1_500);
  assert.equal(await test.commit(), "-1");
  assert.match(test.service.changeSets.list()[0].reason, /not delivered: connection refused/);
});

Deno.test("a change-set stays blocked for the same reason while it is sent again", async () => {
  await using test = await fixture();
  const second = Promise.withResolvers<AppOutcome>();
  test.app.script.push({ kind: "unreached", reason: "connection refused" }, second.promise);
  await test.put("amf.json", 5, undefined, 60_000);
  const blockedBy = () => test.service.changeSets.progress().blockedBy;
  assert.match(blockedBy() ?? "", /not delivered: connection refused/);
  await test.clock.advance(2_000);
  assert.deepEqual(test.app.revisions, ["5", "5"]);
  assert.match(blockedBy() ?? "", /not delivered: connection refused/);
  second.resolve({ kind: "answered", status: 200 });
  await test.settle();
  assert.equal(blockedBy(), undefined);
});

Deno.test("D-23 a request that timed out awaits its reply and is not sent again", async () => {
  await using test = await fixture();
  test.app.script.push({ kind: "unanswered", reason: "no answer after 10000 ms" });
  await test.put("amf.json", 5, undefined, 60_000);
  await test.clock.advance(30_000);
  assert.deepEqual(test.app.revisions, ["5"]);
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "5");
});

Deno.test("D-22 an answer of 500 is not a success and is retried", async () => {
  await using test = await fixture();
  test.app.script.push({ kind: "answered", status: 500 });
  await test.put("amf.json", 5);
  assert.equal(test.service.stats.pushSuccesses, 0);
  await test.clock.advance(1_000);
  assert.deepEqual(test.app.revisions, ["5", "5"]);
  assert.equal(test.service.stats.pushSuccesses, 1);
});

Deno.test("T6 an answer of 4xx that no retry can help fails at once", async () => {
  await using test = await fixture();
  test.app.script.push({ kind: "answered", status: 422 });
  await test.put("amf.json", 5);
  assert.equal(await test.commit(), "-1");
  assert.deepEqual(test.app.revisions, ["5"]);
});

Deno.test("T12 D-24 a missing reply is warned about and counted before the lease ends, and nothing is written", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5, undefined, 60_000);
  await test.clock.advance(55_000);
  assert.equal(test.service.stats.unanswered, 1);
  assert.equal(test.logs.messages("warn").length, 1);
  await test.clock.advance(6_000);
  assert.equal(await test.commit(), undefined);
  assert.equal(test.service.changeSets.list()[0].state, "timed_out");
  await test.put("amf.json", 6);
  assert.deepEqual(test.app.revisions, ["5", "6"]);
});

Deno.test("T11 a change-set deleted while it is queued is not pushed", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  await test.put("amf.json", 6);
  await test.store.delete("change-set/ns1/amf/v1/ms/amf.json/6");
  await test.settle();
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "5");
  assert.deepEqual(test.app.revisions, ["5"]);
});

Deno.test("a pushed change-set is pushed again when the application restarts", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  test.service.register(app1);
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5"]);
  test.service.register({ ...app1, containerId: "c2" });
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "5"]);
});

Deno.test("G4 the first registration commits the revisions at container start", async () => {
  await using test = await fixture({ registered: false, ms: "7", nf: "2" });
  test.service.register(app1);
  assert.equal(await test.commit("ms"), "7");
  assert.equal(await test.commit("nf"), "2");
});

Deno.test("D-45 a start revision that is empty or not an integer is not written", async () => {
  await using test = await fixture({ registered: false, ms: "", nf: "abc" });
  test.service.register(app1);
  assert.equal(await test.commit("ms"), undefined);
  assert.equal(await test.commit("nf"), undefined);
});

Deno.test("D-45 a start revision never lowers a commit", async () => {
  await using test = await fixture({ registered: false, ms: "7" });
  await test.store.put("commit-config/ns1/amf/v1/ms/amf-0", textCodec.encode("9"));
  test.service.register(app1);
  assert.equal(await test.commit("ms"), "9");
});

Deno.test("change-sets beyond the limit are deferred until there is room", async () => {
  await using test = await fixture({ maxPending: 2 });
  for (const revision of [1, 2, 3]) await test.put("amf.json", revision);
  assert.equal(test.service.stats.refused, 1);
  for (const revision of [1, 2, 3]) {
    test.reply("amf.json", revision, "success");
    await test.clock.advance(1_000);
  }
  assert.deepEqual(test.app.revisions, ["1", "2", "3"]);
  assert.equal(await test.commit(), "3");
});

Deno.test("change-sets whose patches exceed the memory limit are deferred until there is room", async () => {
  await using test = await fixture({ maxPendingMemoryBytes: 100_000 });
  const metric = () => {
    const family = test.service.families().find(({ name }) => name === "cim_config_pending_bytes");
    return family && family.type !== "histogram" ? family.collect() : undefined;
  };
  const patch = [{ op: "add", path: "/x", value: "v".repeat(40_000) }];
  for (let revision = 1; revision <= 5; revision++) await test.put("amf.json", revision, patch);
  const bytes = JSON.stringify(patch).length;
  assert.deepEqual([test.service.changeSets.pending, metric()], [2, 2 * bytes]);
  assert.equal(test.service.stats.refused, 3);
  for (let revision = 1; revision <= 5; revision++) {
    test.reply("amf.json", revision, "success");
    await test.clock.advance(1_000);
  }
  assert.deepEqual(test.app.revisions, ["1", "2", "3", "4", "5"]);
  assert.equal(await test.commit(), "5");
  assert.deepEqual([test.service.changeSets.pending, metric()], [0, 0]);
});

Deno.test("a change-set larger than the memory limit is pushed when it is alone", async () => {
  await using test = await fixture({ maxPendingMemoryBytes: 1_000 });
  const patch = [{ op: "add", path: "/x", value: "v".repeat(5_000) }];
  for (const revision of [1, 2]) await test.put("amf.json", revision, patch);
  for (const revision of [1, 2]) {
    test.reply("amf.json", revision, "success");
    await test.clock.advance(1_000);
  }
  assert.deepEqual(test.app.revisions, ["1", "2"]);
});

Deno.test("T4 change-sets of the two levels do not block each other", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  await test.store.put("change-set/ns1/amf/v1/nf/net.json/3", textCodec.encode("[]"));
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "3"]);
});

Deno.test("a patch that is not UTF-8 fails without being sent", async () => {
  await using test = await fixture();
  await test.store.put("change-set/ns1/amf/v1/ms/amf.json/5", Uint8Array.of(0xff, 0xfe));
  assert.equal(await test.commit(), "-1");
  assert.deepEqual(test.app.revisions, []);
});

Deno.test("T2 the revision of a first configuration raises the start revision of level nf", async () => {
  await using test = await fixture({ registered: false, nf: "2", dayOneRevision: 4 });
  test.service.register(app1);
  assert.equal(await test.commit("nf"), "4");
});
