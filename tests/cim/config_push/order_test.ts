/* The order in which change-sets are sent. */
import assert from "node:assert/strict";
import type { AppOutcome } from "../../../cim/app_client/mod.ts";
import { app1, fixture } from "./_fixture.ts";

const refused: AppOutcome = { kind: "unreached", reason: "connection refused" };

Deno.test("the next change-set is sent when the verdict is in, before the HTTP answer", async () => {
  await using test = await fixture();
  const answers = [Promise.withResolvers<AppOutcome>(), Promise.withResolvers<AppOutcome>()];
  test.app.script.push(...answers.map(({ promise }) => promise));
  await test.put("amf.json", 5);
  await test.put("amf.json", 6);
  test.reply("amf.json", 5, "success");
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "6"]);
  for (const { resolve } of answers) resolve({ kind: "answered", status: 200 });
  await test.settle();
  assert.equal(await test.commit(), "5");
});

Deno.test("at most 32 requests are in flight after their verdicts", async () => {
  await using test = await fixture();
  const end = Promise.withResolvers<AppOutcome>();
  test.app.script.push(...Array.from({ length: 50 }, () => end.promise));
  for (let revision = 1; revision <= 50; revision++) {
    await test.put("amf.json", revision);
    test.reply("amf.json", revision, "success");
    await test.settle();
  }
  assert(test.app.revisions.length <= 33, `${test.app.revisions.length} requests`);
  end.resolve({ kind: "answered", status: 200 });
  await test.settle();
});

Deno.test("C2-28: a lower revision of the same file is skipped with a warning once a higher one was sent", async () => {
  await using test = await fixture();
  await test.put("amf.json", 6);
  await test.put("amf.json", 5);
  const [skipped] = test.service.changeSets.list();
  assert.deepEqual([skipped.revision, skipped.state], [5, "skipped"]);
  assert.match(skipped.reason, /revision 6 of the file has been sent/);
  assert(test.logs.messages("warn").includes("Change-set skipped"));
  test.reply("amf.json", 6, "success");
  await test.clock.advance(10_000);
  assert.deepEqual(test.app.revisions, ["6"]);
  assert.equal(await test.commit(), "6");
});

Deno.test("a lower revision is skipped also when the higher one was sent by a previous run", async () => {
  await using before = await fixture();
  await before.put("amf.json", 6);
  await before.stop();
  await before.put("amf.json", 5);
  await using test = await before.restart();
  await test.clock.advance(60_000);
  assert.deepEqual(test.app.revisions, ["6"]);
});

Deno.test("a lower revision is sent first while the higher one has not reached the application", async () => {
  await using test = await fixture();
  test.app.script.push(refused, refused);
  await test.put("amf.json", 6);
  await test.put("amf.json", 5);
  await test.clock.advance(2_000);
  test.app.script.length = 0;
  assert.equal(test.app.revisions.at(-1), "5");
  test.reply("amf.json", 5, "success");
  await test.clock.advance(5_000);
  assert.equal(test.app.revisions.at(-1), "6");
  assert.equal(test.service.changeSets.list()[0].state, "committed");
});

Deno.test("a lower revision of another file is sent next", async () => {
  await using test = await fixture();
  await test.put("amf.json", 6);
  await test.put("other.json", 5);
  test.reply("amf.json", 6, "success");
  await test.settle();
  assert.deepEqual(test.app.revisions, ["6", "5"]);
});

Deno.test("an unanswered change-set does not let a later one expire unsent", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5, undefined, 180_000);
  await test.put("amf.json", 6, undefined, 60_000);
  await test.clock.advance(40_000);
  assert.deepEqual(test.app.revisions, ["5"]);
  await test.clock.advance(12_000);
  assert.deepEqual(test.app.revisions, ["5", "6"]);
  test.reply("amf.json", 6, "success");
  assert.equal(await test.commit(), "6");
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "6");
  assert.equal(test.service.changeSets.pending, 0);
});

Deno.test("C2-31: change-sets without a reply are sent again in order when the application restarts", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5, undefined, 180_000);
  await test.put("amf.json", 6, undefined, 60_000);
  await test.clock.advance(52_000);
  test.service.register({ ...app1, containerId: "c2" });
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "6", "5"]);
  test.reply("amf.json", 5, "success");
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "6", "5", "6"]);
});

Deno.test("a broken connection awaits the reply before the patch is sent again", async () => {
  await using test = await fixture();
  test.app.script.push({ kind: "broken", reason: "connection reset" });
  await test.put("amf.json", 5);
  await test.clock.advance(9_000);
  assert.deepEqual(test.app.revisions, ["5"]);
  await test.clock.advance(2_000);
  assert.deepEqual(test.app.revisions, ["5", "5"]);
});

Deno.test("a reply after a broken connection ends the wait", async () => {
  await using test = await fixture();
  test.app.script.push({ kind: "broken", reason: "connection reset" });
  await test.put("amf.json", 5);
  await test.clock.advance(5_000);
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "5");
  await test.clock.advance(20_000);
  assert.deepEqual(test.app.revisions, ["5"]);
});

Deno.test("deferred change-sets keep the order of revisions", async () => {
  await using test = await fixture({ registered: false, maxPending: 4 });
  for (let revision = 1; revision <= 12; revision++) await test.put("amf.json", revision);
  await using next = await test.restart({ registered: true, maxPending: 4 });
  await next.settle();
  for (let revision = 1; revision <= 12; revision++) {
    next.reply("amf.json", revision, "success");
    await next.clock.advance(500);
  }
  const expected = Array.from({ length: 12 }, (_, index) => String(index + 1));
  assert.deepEqual(next.app.revisions, expected);
  assert.equal(await next.commit(), "12");
});

Deno.test("a change-set that arrives while others are deferred does not overtake them", async () => {
  await using test = await fixture({ maxPending: 4 });
  for (let revision = 1; revision <= 6; revision++) await test.put("amf.json", revision);
  test.reply("amf.json", 1, "success");
  await test.settle();
  await test.put("amf.json", 7);
  for (let revision = 2; revision <= 7; revision++) {
    await test.clock.advance(500);
    test.reply("amf.json", revision, "success");
  }
  await test.settle();
  assert.deepEqual(test.app.revisions, ["1", "2", "3", "4", "5", "6", "7"]);
});
