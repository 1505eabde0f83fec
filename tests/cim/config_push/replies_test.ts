import assert from "node:assert/strict";
import { textCodec } from "../../../core/mod.ts";
import { app1, fixture } from "./_fixture.ts";

const key = (revision: number) => `change-set/ns1/amf/v1/ms/amf.json/${revision}`;

Deno.test("G2 success commits the revision, unused -2, failure -1", async () => {
  for (const [status, value] of [["success", "5"], ["unused", "-2"], ["failure", "-1"]]) {
    await using test = await fixture();
    await test.put("amf.json", 5);
    test.reply("amf.json", 5, status, { remarks: "because" });
    assert.equal(await test.commit(), value);
    const [record] = test.service.changeSets.list();
    assert.equal(record.state, "committed");
    assert.equal(record.reason, "because");
  }
});

Deno.test("the details of a verdict are written beside the commit", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, "success", { remarks: "fine" });
  await test.settle();
  const entry = await test.store.get("commit-status/ns1/amf/v1/ms/amf-0");
  const detail = JSON.parse(textCodec.decode(entry!.value));
  assert.equal(detail.key, "change-set/ns1/amf/v1/ms/amf.json/5");
  assert.equal(detail.verdict, "applied");
  assert.equal(detail.reason, "fine");
  assert.match(detail.settledAt, /^2026-01-01T00:00:00/);
});

for (const [status, commit] of [["success", "5"], ["unused", "-2"]] as const) {
  Deno.test(`D-21 a late success for a lower revision changes nothing after ${status}`, async () => {
    await using test = await fixture();
    await test.put("amf.json", 4);
    await test.store.delete("change-set/ns1/amf/v1/ms/amf.json/4");
    await test.put("amf.json", 5);
    test.reply("amf.json", 5, status);
    assert.equal(await test.commit(), commit);
    test.reply("amf.json", 4, "success");
    assert.equal(await test.commit(), commit);
  });
}

Deno.test("T9 a failure is committed whatever its revision", async () => {
  await using test = await fixture();
  await test.put("amf.json", 4);
  await test.store.delete("change-set/ns1/amf/v1/ms/amf.json/4");
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, "success");
  test.reply("amf.json", 4, "strange");
  assert.equal(await test.commit(), "-1");
});

Deno.test("T6 a reply before an answer of 500 is kept", async () => {
  await using test = await fixture();
  test.app.script.push({ kind: "answered", status: 500 });
  test.app.onPost = () => test.reply("amf.json", 5, "success");
  await test.put("amf.json", 5);
  await test.clock.advance(10_000);
  assert.deepEqual(test.app.revisions, ["5"]);
  assert.equal(await test.commit(), "5");
});

Deno.test("a reply before the HTTP answer is accepted", async () => {
  await using test = await fixture();
  test.app.onPost = () => test.reply("amf.json", 5, "success");
  await test.put("amf.json", 5);
  assert.equal(await test.commit(), "5");
});

Deno.test("a repeated reply is accepted once", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, "success");
  await test.settle();
  await test.store.delete("commit-config/ns1/amf/v1/ms/amf-0");
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), undefined);
  assert.equal(test.service.stats.rejections.repeated, 1);
});

Deno.test("D-2 replies without a usable key are counted and ignored", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  for (const text of ["", "nonsense", "null", "[]", "{}", '{"change-set-key":"a/b"}']) {
    test.service.changeSets.receive(textCodec.encode(text));
  }
  const { rejections, replies } = test.service.stats;
  assert.equal(replies, 6);
  assert.equal(rejections.not_json, 4);
  assert.equal(rejections.no_key, 1);
  assert.equal(rejections.foreign, 1);
  assert.equal(await test.commit(), undefined);
});

Deno.test("D-3 a reply with an integer as revision is accepted", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, "success", { revision: 5 });
  assert.equal(await test.commit(), "5");
});

Deno.test("D-25 a reply for a change-set that was never seen is not committed", async () => {
  await using test = await fixture();
  test.reply("amf.json", 99, "success");
  assert.equal(await test.commit(), undefined);
  assert.equal(test.service.stats.rejections.unknown, 1);
});

Deno.test("D-25 a reply whose revision differs from its key is not committed", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, "success", { revision: "99" });
  assert.equal(await test.commit(), undefined);
  assert.equal(test.service.stats.rejections.revision_mismatch, 1);
});

Deno.test("D-47 a revision that is not an integer is rejected", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5);
  for (const revision of ["five", "5.0", "-5", "", 5.5, true]) {
    test.reply("amf.json", 5, "success", { revision });
  }
  assert.equal(await test.commit(), undefined);
  assert.equal(test.service.stats.rejections.bad_revision, 6);
});

Deno.test("a reply for a change-set that was seen but not sent is rejected", async () => {
  for (const status of ["success", "failure"]) {
    await using test = await fixture({ registered: false });
    await test.put("amf.json", 5);
    test.reply("amf.json", 5, status);
    assert.equal(await test.commit(), undefined);
    assert.equal(test.service.stats.rejections.not_pushed, 1);
    test.service.register(app1);
    await test.settle();
    assert.deepEqual(test.app.revisions, ["5"]);
  }
});

Deno.test("a reply for the agent's own file is rejected", async () => {
  await using test = await fixture();
  const effect = Promise.withResolvers<void>();
  test.settings.onChange(() => effect.promise);
  const patch = [{ op: "replace", path: "/cimConfig/lmaas/flush_timeout", value: 5 }];
  await test.put("cim.json", 3, patch);
  test.reply("cim.json", 3, "success");
  assert.equal(await test.commit(), undefined);
  assert.equal(test.service.stats.rejections.not_pushed, 1);
  effect.resolve();
  assert.equal(await test.commit(), "3");
});

for (const [status, commit] of [["success", "5"], ["unused", "-2"], ["failure", "-1"]]) {
  Deno.test(`a reply ${status} in the body of a 2xx answer is committed`, async () => {
    await using test = await fixture();
    const reply = { "change-set-key": key(5), revision: "5", status, remarks: "in the body" };
    const body = textCodec.encode(JSON.stringify(reply));
    test.app.script.push({ kind: "answered", status: 200, body });
    await test.put("amf.json", 5);
    assert.equal(await test.commit(), commit);
    assert.equal(test.service.changeSets.list()[0].reason, "in the body");
    test.reply("amf.json", 5, status);
    assert.equal(test.service.stats.rejections.repeated, 1);
  });
}

Deno.test("a reply in the body of an answer of 500 is ignored", async () => {
  await using test = await fixture();
  const body = textCodec.encode(JSON.stringify({ "change-set-key": key(5), status: "failure" }));
  test.app.script.push({ kind: "answered", status: 500, body });
  await test.put("amf.json", 5);
  await test.clock.advance(1_000);
  assert.equal(await test.commit(), undefined);
  assert.deepEqual(test.app.revisions, ["5", "5"]);
});
