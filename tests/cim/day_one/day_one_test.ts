import assert from "node:assert/strict";
import { TaskGroup, textCodec } from "../../../core/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { DayOne } from "../../../cim/day_one/day_one.ts";
import type { OwnEvent } from "../../../cim/events/mod.ts";
import { FakeApp } from "../config_push/_fixture.ts";

const bytes = (text: string) => textCodec.encode(text);

function setUp() {
  const clock = manualClock();
  const app = new FakeApp();
  const troubles: (string | undefined)[] = [];
  const raised: OwnEvent[] = [];
  const tasks = new TaskGroup((name, error) => assert.fail(`${name}: ${error}`));
  const dayOne = new DayOne({
    scope: { namespace: "ns1", microservice: "amf" },
    app,
    clock,
    random: () => 0.5,
    log: recordingLogs(clock).registry.logger("day_one"),
    timeoutMs: 60_000,
    run: (name, task) => tasks.run(name, task),
    onTrouble: (trouble) => troubles.push(trouble),
    raise: (event) => raised.push(event),
  });
  const bodies = () => app.requests.map(({ body }) => body);
  return {
    clock,
    app,
    dayOne,
    troubles,
    raised,
    bodies,
    [Symbol.asyncDispose]: () => tasks.close(),
  };
}

Deno.test("D-41 the key without a revision is delivered when there is no other", async () => {
  await using test = setUp();
  test.dayOne.put("config/ns1/amf", bytes('{"a":1}'));
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), ['{"a":1}']);
  assert.equal(test.app.requests[0].path, "/api/v1/_operations/loadConfig");
  assert.equal(test.dayOne.state, "delivered");
});

Deno.test("D-41 the highest revision is delivered, as a number", async () => {
  await using test = setUp();
  for (const revision of ["", "/9", "/10"]) {
    test.dayOne.put(`config/ns1/amf${revision}`, bytes(`{"r":"${revision}"}`));
  }
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), ['{"r":"/10"}']);
  assert.equal(test.dayOne.revision, 10);
});

Deno.test("8.2 a document that appears later is delivered then", async () => {
  await using test = setUp();
  test.dayOne.onNotConfigured();
  await test.clock.advance(60_000);
  assert.deepEqual(test.bodies(), []);
  test.dayOne.put("config/ns1/amf/3", bytes("{}"));
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), ["{}"]);
});

Deno.test("D-43 the bytes are forwarded unchanged", async () => {
  await using test = setUp();
  const document = '{ "b":12345678901234567890,\n"a":"\\u003c" }';
  test.dayOne.put("config/ns1/amf", bytes(document));
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), [document]);
});

Deno.test("D-19 documents of services whose name starts the same are ignored", async () => {
  await using test = setUp();
  for (
    const key of ["config/ns1/amf2", "config/ns1/amf2/5", "config/ns1/amf/5/6", "config/ns1/amf/x"]
  ) {
    test.dayOne.put(key, bytes("{}"));
  }
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), []);
});

Deno.test("a document is delivered once per start of the application", async () => {
  await using test = setUp();
  test.dayOne.put("config/ns1/amf", bytes("1"));
  for (let i = 0; i < 3; i++) {
    test.dayOne.onNotConfigured();
    await test.clock.advance(0);
  }
  test.dayOne.put("config/ns1/amf/2", bytes("2"));
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), ["1"]);
});

Deno.test("D-42 a registration starts over, also after Configured", async () => {
  await using test = setUp();
  test.dayOne.put("config/ns1/amf", bytes("1"));
  test.dayOne.onConfigured();
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), []);
  test.dayOne.onRegister();
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), ["1"]);
});

Deno.test("D-48 a NotConfigured before the registration stays open", async () => {
  await using test = setUp();
  test.dayOne.onNotConfigured();
  test.dayOne.onRegister();
  test.dayOne.put("config/ns1/amf", bytes("1"));
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), ["1"]);
});

Deno.test("D-44 delivery is retried until the application listens", async () => {
  await using test = setUp();
  test.app.script.push(
    { kind: "unreached", reason: "refused" },
    { kind: "answered", status: 503 },
    { kind: "broken", reason: "reset" },
  );
  test.dayOne.put("config/ns1/amf", bytes("1"));
  test.dayOne.onNotConfigured();
  await test.clock.advance(5_000);
  assert.deepEqual(test.bodies(), ["1", "1", "1", "1"]);
  assert.equal(test.dayOne.state, "delivered");
  assert.deepEqual(test.troubles, []);
});

Deno.test("a retry delivers the newest document", async () => {
  await using test = setUp();
  test.app.script.push({ kind: "unreached", reason: "refused" });
  test.dayOne.put("config/ns1/amf/1", bytes("1"));
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  test.dayOne.put("config/ns1/amf/2", bytes("2"));
  test.dayOne.delete("config/ns1/amf/1");
  await test.clock.advance(1_000);
  assert.deepEqual(test.bodies(), ["1", "2"]);
});

Deno.test("Configured ends the retries", async () => {
  await using test = setUp();
  test.app.script.push({ kind: "unreached", reason: "refused" });
  test.dayOne.put("config/ns1/amf", bytes("1"));
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  test.dayOne.onConfigured();
  await test.clock.advance(10_000);
  assert.deepEqual(test.bodies(), ["1"]);
});

Deno.test("D-44 a rejection is reported until the application registers again", async () => {
  await using test = setUp();
  test.app.script.push({ kind: "answered", status: 400 });
  test.dayOne.put("config/ns1/amf", bytes("1"));
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  assert.equal(test.dayOne.state, "failed");
  assert.match(test.troubles[0] ?? "", /the application answered 400/);
  test.dayOne.onRegister();
  assert.deepEqual(test.troubles.slice(1), [undefined]);
});

Deno.test("D-44 retries end after the time limit", async () => {
  await using test = setUp();
  for (let i = 0; i < 1_000; i++) {
    test.app.script.push({ kind: "unreached", reason: "refused" });
  }
  test.dayOne.put("config/ns1/amf", bytes("1"));
  test.dayOne.onNotConfigured();
  await test.clock.advance(70_000);
  assert.equal(test.dayOne.state, "failed");
  assert.equal(test.troubles.length, 1);
});

Deno.test("delivery waits again when the document is deleted before it is delivered", async () => {
  await using test = setUp();
  test.app.script.push({ kind: "unreached", reason: "refused" });
  test.dayOne.put("config/ns1/amf", bytes("1"));
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  test.dayOne.delete("config/ns1/amf");
  await test.clock.advance(1_000);
  assert.equal(test.dayOne.state, "asked");
  test.dayOne.put("config/ns1/amf", bytes("2"));
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), ["1", "2"]);
});

Deno.test("at most 16 documents are kept, those of the highest revisions", async () => {
  await using test = setUp();
  for (let revision = 1; revision <= 100; revision++) {
    test.dayOne.put(`config/ns1/amf/${revision}`, bytes(String(revision)));
  }
  for (let revision = 86; revision <= 100; revision++) {
    test.dayOne.delete(`config/ns1/amf/${revision}`);
  }
  test.dayOne.onNotConfigured();
  await test.clock.advance(0);
  assert.deepEqual(test.bodies(), ["85"]);
});

for (
  const [kind, document, action] of [
    ["that the application rejects", "{}", "Load Changes Manually"],
    ["that is not JSON", "{", "Load config failed"],
  ]
) {
  Deno.test(`D-44 a document ${kind} raises LoadConfigRequestFailure once, after the attempts`, async () => {
    await using test = setUp();
    test.app.script.push({ kind: "answered", status: 503 }, { kind: "answered", status: 400 });
    test.dayOne.put("config/ns1/amf", bytes(document));
    test.dayOne.onNotConfigured();
    await test.clock.advance(0);
    assert.deepEqual(test.raised, []);
    await test.clock.advance(60_000);
    assert.deepEqual(test.raised, [{
      name: "LoadConfigRequestFailure",
      managedObject: [["Load_Config_Request", "FAIL"]],
      additionalInfo: [["Error", "Config load failed"], ["Action", action]],
    }]);
  });
}
