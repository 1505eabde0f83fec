import assert from "node:assert/strict";
import { textCodec } from "../../../core/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { IgnoredKeys } from "../../../cim/config_push/ignored_keys.ts";
import { fixture, scope } from "./_fixture.ts";

const otherVersion = "change-set/ns1/amf/v2/ms/amf.json/5";
const malformed = "change-set/ns1/amf/v1/ms/amf.json/five";
const value = textCodec.encode("[]");

Deno.test("a key of another version and a malformed one are listed with their reasons and logged once", async () => {
  await using test = await fixture();
  for (const key of [otherVersion, malformed, otherVersion, malformed]) {
    await test.store.put(key, value);
    await test.settle();
  }
  assert.deepEqual(test.service.changeSets.ignored().map(({ key, reason }) => [key, reason]), [
    [malformed, 'its revision must be a whole number, found "five"'],
    [otherVersion, 'it is for version "v2", and this pod has version "v1"'],
  ]);
  const logged = test.logs.entries.filter(({ message }) => message.startsWith("Key ignored"));
  assert.deepEqual(logged.map(({ level, fields }) => [level, fields?.key]), [
    ["info", otherVersion],
    ["warn", malformed],
  ]);
});

Deno.test("a key that is deleted is not listed as ignored any more", async () => {
  await using test = await fixture();
  await test.store.put(malformed, value);
  await test.settle();
  await test.store.delete(malformed);
  await test.settle();
  assert.deepEqual(test.service.changeSets.ignored(), []);
});

Deno.test("a new listing removes the ignored keys that it does not contain, and logs none again", async () => {
  await using test = await fixture();
  await test.store.put(malformed, value);
  await test.store.put(otherVersion, value);
  await test.settle();
  const messages = test.logs.entries.length;
  const entries = [{ key: malformed, value, revision: 1, createRevision: 1 }];
  test.service.changeSets.sync({ type: "snapshot", revision: 9, entries });
  assert.deepEqual(test.service.changeSets.ignored().map(({ key }) => key), [malformed]);
  assert.equal(test.logs.entries.length, messages);
});

Deno.test("IgnoredKeys keeps a bounded number of keys, cut to a bounded length, and warns once of more", () => {
  const clock = manualClock();
  const logs = recordingLogs(clock);
  const log = logs.registry.logger("config_push");
  const ignored = new IgnoredKeys({ scope, clock, log, capacity: 2 });
  for (let at = 0; at < 5; at++) ignored.add(`change-set/ns1/amf/${"x".repeat(500)}${at}`);
  assert.equal(ignored.list().length, 2);
  for (const { key } of ignored.list()) assert.equal(key.length, 303);
  assert.equal(logs.messages("warn").filter((text) => text.startsWith("More keys")).length, 1);
});
