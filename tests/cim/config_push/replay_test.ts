import assert from "node:assert/strict";
import { errorCode } from "../../../core/mod.ts";
import { type Fixture, fixture, type FixtureOptions, without } from "./_fixture.ts";

const keyOf = (revision: number, file = "amf.json") =>
  `change-set/ns1/amf/v1/ms/${file}/${revision}`;

/** An agent whose application has answered change-set 5. */
async function answered(status: string, options: FixtureOptions = {}): Promise<Fixture> {
  const test = await fixture(options);
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, status);
  await test.settle();
  return test;
}

async function refusal(test: Fixture, key: string): Promise<string> {
  const error = await test.service.changeSets.replay(key).then(() => undefined, (error) => error);
  assert(error, "it was not refused");
  return `${error.message} (${errorCode(error)})`;
}

const record = (test: Fixture, at = 0) => test.service.changeSets.list()[at];

Deno.test("replay() pushes a change-set again whose key is gone, and commits the success", async () => {
  await using test = await answered("failure");
  assert.equal(await test.commit(), "-1");
  await test.store.delete(keyOf(5));
  await test.settle();
  await test.service.changeSets.replay(keyOf(5));
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "5"]);
  assert.equal(test.app.requests[0].body, test.app.requests[1].body);
  assert.deepEqual([record(test).state, record(test).attempts], ["pushed", 2]);
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "5");
  assert.deepEqual([record(test).state, record(test).verdict], ["committed", "applied"]);
  assert.equal(test.service.changeSets.pending, 0);
});

Deno.test("replay() leaves the commit as it is when the application refuses the patch this time", async () => {
  await using test = await answered("success");
  await test.service.changeSets.replay(keyOf(5));
  await test.settle();
  test.reply("amf.json", 5, "failure", { remarks: "again?" });
  assert.equal(await test.commit(), "5");
  assert.deepEqual([record(test).state, record(test).reason], ["failed", "again?"]);
});

Deno.test("replay() does not lower a commit that another file has raised", async () => {
  await using test = await answered("success");
  await test.put("smf.json", 7);
  test.reply("smf.json", 7, "success");
  await test.settle();
  await test.service.changeSets.replay(keyOf(5));
  await test.settle();
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "7");
  assert.equal(record(test, 1).state, "applied");
});

Deno.test("replay() goes on when the key ends, is deleted or is not in a new listing", async () => {
  await using test = await answered("failure");
  await test.service.changeSets.replay(keyOf(5));
  await test.settle();
  await test.store.delete(keyOf(5));
  test.service.changeSets.sync({ type: "snapshot", entries: [], revision: 9 });
  await test.settle();
  assert.equal(record(test).state, "pushed");
  test.reply("amf.json", 5, "success");
  assert.equal(await test.commit(), "5");
});

Deno.test("replay() times out like a change-set without a lease, and commits nothing", async () => {
  await using test = await answered("failure", { replyTimeoutMs: 20_000 });
  await test.service.changeSets.replay(keyOf(5));
  await test.clock.advance(19_000);
  assert.equal(record(test).state, "pushed");
  await test.clock.advance(2_000);
  assert.equal(record(test).state, "timed_out");
  assert.equal(await test.commit(), "-1");
});

Deno.test("replay() is sent again when the application restarts before it answers", async () => {
  await using test = await answered("failure");
  await test.service.changeSets.replay(keyOf(5));
  await test.settle();
  test.service.register({ containerName: "amf", containerId: "c2" });
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "5", "5"]);
});

Deno.test("a replay that the agent did not finish ends with the outcome before it, and nothing is sent", async () => {
  await using before = await answered("success");
  await before.put("smf.json", 7);
  before.reply("smf.json", 7, "success");
  await before.settle();
  await before.service.changeSets.replay(keyOf(5));
  await before.settle();
  await using test = await before.restart();
  await test.clock.advance(30_000);
  const { state, reason } = record(test, 1);
  assert.deepEqual([state, reason], [
    "applied",
    "the agent ended before its replay was answered; this is the outcome before it",
  ]);
  assert.deepEqual(test.app.revisions, ["5", "7", "5"]);
  assert.equal(await test.commit(), "7");
});

Deno.test("replay() finds the patch that the previous run pushed", async () => {
  await using before = await answered("failure");
  await before.store.delete(keyOf(5));
  await using test = await before.restart();
  await test.settle();
  await test.service.changeSets.replay(keyOf(5));
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "5"]);
});

Deno.test("replay() refuses what has no outcome, no record or no patch, and the agent's own file", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5, "x".repeat(300_000));
  assert.match(await refusal(test, keyOf(5)), /no outcome yet; .*\(change_set_replay_refused\)/);
  test.reply("amf.json", 5, "failure");
  await test.settle();
  assert.match(await refusal(test, keyOf(5)), /its patch is not kept; write a new change-set/);
  assert.match(await refusal(test, keyOf(4)), /no record of it; .*\(change_set_unknown\)/);
  await test.put("cim.json", 6, []);
  assert.match(await refusal(test, keyOf(6, "cim.json")), /the agent's own file, not the app/);
});

Deno.test("replay() refuses a change-set after which the application may have another one of the file", async () => {
  await using test = await answered("success");
  await test.put("amf.json", 6);
  assert.match(await refusal(test, keyOf(5)), /may have revision 6 of the file, and patches build/);
  test.reply("amf.json", 6, "failure");
  await test.settle();
  await test.service.changeSets.replay(keyOf(5));
  await test.settle();
  assert.deepEqual(test.app.revisions, ["5", "6", "5"]);
});

Deno.test("replay() refuses while no application is registered or too many change-sets are pending", async () => {
  await using before = await answered("failure");
  await using test = await before.restart({ registered: false, maxPending: 1 });
  await test.settle();
  assert.match(await refusal(test, keyOf(5)), /the application has not registered; try again/);
  await test.put("smf.json", 7);
  test.service.register({ containerName: "amf", containerId: "c1" });
  await test.settle();
  assert.match(await refusal(test, keyOf(5)), /too many change-sets are pending; try again later/);
});

Deno.test("replay() refuses while the outcome is not committed", async () => {
  await using test = await fixture({
    wrap: (options) => ({ ...options, store: without(options.store, "txn") }),
  });
  await test.put("amf.json", 5);
  test.reply("amf.json", 5, "failure");
  await test.settle();
  assert.match(await refusal(test, keyOf(5)), /its outcome is not committed yet; try again once/);
});

Deno.test("a change-set that left the history takes its patch with it", async () => {
  await using test = await fixture({ history: 16 });
  for (let revision = 1; revision <= 17; revision++) {
    await test.put("amf.json", revision);
    test.reply("amf.json", revision, "success");
    await test.settle();
  }
  const stored = await Array.fromAsync(test.state.list("config_watch/ns1/amf/v1/amf-0/patches/"));
  assert.equal(stored.length, 16);
  assert.equal(await test.service.changeSets.patch(keyOf(1)), undefined);
  assert(await test.service.changeSets.patch(keyOf(17)));
});
