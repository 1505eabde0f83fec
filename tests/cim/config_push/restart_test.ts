import assert from "node:assert/strict";
import { app1, fixture, without } from "./_fixture.ts";

Deno.test("T16 a snapshot is processed in the order of revisions above the baseline", async () => {
  await using first = await fixture({ registered: false, ms: "8" });
  await using test = await (async () => {
    for (const [file, revision] of [["a.json", 10], ["b.json", 9], ["c.json", 8]] as const) {
      await first.put(file, revision);
    }
    return await first.restart({ ms: "8" });
  })();
  await test.settle();
  test.reply("b.json", 9, "success");
  await test.settle();
  assert.deepEqual(test.app.revisions, ["9", "10"]);
});

Deno.test("D-17 a change-set that is older than the agent is delivered", async () => {
  await using before = await fixture({ registered: false });
  await before.put("amf.json", 3);
  await using test = await before.restart();
  await test.settle();
  assert.deepEqual(test.app.revisions, ["3"]);
});

Deno.test("D-17 the revision the container started with is not pushed again", async () => {
  await using test = await fixture({ ms: "5" });
  await test.put("amf.json", 5);
  assert.deepEqual(test.app.revisions, []);
  assert.equal(test.service.changeSets.list()[0].state, "skipped");
});

Deno.test("a change-set answered in a previous run is not pushed again", async () => {
  await using before = await fixture();
  await before.put("amf.json", 5);
  before.reply("amf.json", 5, "success");
  assert.equal(await before.commit(), "5");
  await using test = await before.restart();
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5"]);
  assert.equal(test.service.changeSets.list()[0].state, "committed");
});

Deno.test("D-15 a change-set pushed in a previous run awaits its reply and is not pushed again", async () => {
  await using before = await fixture();
  await before.put("amf.json", 5);
  await using test = await before.restart();
  await test.clock.advance(30_000);
  assert.deepEqual(test.app.revisions, ["5"]);
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "5");
});

Deno.test("a change-set that ended while the agent did not run is settled", async () => {
  await using before = await fixture();
  await before.put("amf.json", 5);
  await before.stop();
  await before.store.delete("change-set/ns1/amf/v1/ms/amf.json/5");
  await using test = await before.restart();
  await test.settle();
  const [record] = test.service.changeSets.list();
  assert.equal(record.state, "timed_out");
  assert.match(record.reason, /while the agent did not watch/);
});

Deno.test("a request that a killed agent may have sent awaits a reply and is then sent again", async () => {
  await using before = await fixture();
  const never = Promise.withResolvers<never>();
  before.app.script.push(never.promise);
  await before.put("amf.json", 5);
  assert.deepEqual(before.app.revisions, ["5"]);
  await using test = await before.restart();
  await test.clock.advance(9_000);
  assert.deepEqual(test.app.revisions, ["5"]);
  await test.clock.advance(2_000);
  assert.deepEqual(test.app.revisions, ["5", "5"]);
});

Deno.test("a verdict that could not be committed is committed in the next run", async () => {
  await using before = await fixture({
    wrap: (options) => ({ ...options, store: without(options.store, "txn") }),
  });
  await before.put("amf.json", 5);
  before.reply("amf.json", 5, "success");
  assert.equal(await before.commit(), undefined);
  assert(before.service.stats.commitFailures > 0);
  await using test = await before.restart();
  assert.equal(await test.commit(), "5");
  assert.equal(test.service.changeSets.list()[0].state, "committed");
});

Deno.test("a change-set that is put twice reaches the application once", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, "success");
  await test.put("amf.json", 5);
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5"]);
});

Deno.test("a pushed change-set is pushed again when the application restarted before the store is read", async () => {
  await using before = await fixture();
  await before.put("amf.json", 5);
  await using test = await before.restart({ early: { ...app1, containerId: "c2" } });
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "5"]);
});

Deno.test("failed writes to the own store are counted and do not stop pushing", async () => {
  await using test = await fixture({
    wrap: (options) => ({ ...options, state: without(options.state, "put") }),
  });
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "5");
  assert(test.service.settlement.stateFailures > 0);
});

Deno.test("a queued change-set that ends unsent does not settle lower revisions after a restart", async () => {
  for (const isOwnVerdict of ["deleted", "expired"]) {
    await using before = await fixture();
    await before.put("amf.json", 5);
    await before.put("amf.json", 6);
    await before.put("amf.json", 7, undefined, 30_000);
    if (isOwnVerdict === "deleted") {
      await before.store.delete("change-set/ns1/amf/v1/ms/amf.json/7");
      await before.settle();
    } else {
      // Sent before its lease ended, but without a reply.
      await before.clock.advance(40_000);
    }
    await using test = await before.restart();
    await test.clock.advance(1_000);
    test.reply("amf.json", 5, "success");
    await test.clock.advance(1_000);
    test.reply("amf.json", 6, "success");
    await test.clock.advance(1_000);
    assert.equal(await test.commit(), "6", isOwnVerdict);
  }
});

Deno.test("a refused change-set does not settle lower revisions after a restart", async () => {
  await using before = await fixture({ registered: false });
  await before.put("b.json", 7);
  await before.put("a.json", 6);
  before.app.script.push({ kind: "answered", status: 422 });
  await using test = await before.restart({ registered: true });
  await test.settle();
  await test.put("a.json", 5);
  await test.settle();
  assert.deepEqual(test.app.revisions, ["6", "7"]);
  test.reply("b.json", 7, "success");
  await test.settle();
  assert.equal(test.app.revisions.at(-1), "5");
});

Deno.test("a verdict is stored when receive() returns", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  const revision = await test.state.revision();
  const stored = test.state.revision.bind(test.state);
  test.reply("amf.json", 5, "success");
  // No await between the reply and this call: an embedded store answers from the same turn.
  assert(await stored() > revision);
  const record = await test.state.get(
    "config_watch/ns1/amf/v1/amf-0/changes/change-set/ns1/amf/v1/ms/amf.json/5",
  );
  assert.match(new TextDecoder().decode(record!.value), /"verdict":"applied"/);
});

Deno.test("a request repeated for a restarted application is sent again after a kill of the agent", async () => {
  await using before = await fixture();
  await before.put("amf.json", 5);
  before.app.script.push(Promise.withResolvers<never>().promise);
  before.service.register({ ...app1, containerId: "c2" });
  await before.settle();
  assert.deepEqual(before.app.revisions, ["5", "5"]);
  await using test = await before.restart();
  await test.clock.advance(11_000);
  assert.deepEqual(test.app.revisions, ["5", "5", "5"]);
});
