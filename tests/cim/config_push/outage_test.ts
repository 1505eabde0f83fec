/* Outages of the configuration store: verdicts are written, leases end only when the store says so. */
import assert from "node:assert/strict";
import {
  AgentError,
  type KeyValueStore,
  memoryStore,
  storeErrors,
  textCodec,
} from "../../../core/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { type Fixture, fixture, type FixtureOptions } from "./_fixture.ts";

const commitKey = "commit-config/ns1/amf/v1/ms/amf-0";

/** A fixture whose store can be made unreachable, and the values written to its commit key. */
function withOutage(options: FixtureOptions = {}) {
  const clock = manualClock();
  const inner = memoryStore({ clock });
  const outage = { isDown: false };
  const written: string[] = [];
  const down = () =>
    Promise.reject(new AgentError(storeErrors.store_unreachable, "Cannot call: down"));
  const store: KeyValueStore = new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (outage.isDown && ["get", "txn", "remainingTtlMs"].includes(String(name))) return down();
        if (name === "txn") {
          const [{ operations }] = args as [{ operations: { key: string; value: Uint8Array }[] }];
          for (const { key, value } of operations) {
            if (key === commitKey) written.push(textCodec.decode(value));
          }
        }
        return Reflect.apply(member, target, args);
      };
    },
  });
  const start = (more: FixtureOptions = {}) =>
    fixture({
      ...options,
      ...more,
      clock,
      store: inner,
      wrap: (given) => ({ ...given, store }),
    });
  return { clock, inner, outage, written, start };
}

async function pushThree(test: Fixture, outage: { isDown: boolean }) {
  for (const revision of [5, 6, 7]) await test.put("amf.json", revision, undefined, 180_000);
  outage.isDown = true;
  for (const [revision, status] of [[5, "success"], [6, "failure"], [7, "success"]] as const) {
    test.reply("amf.json", revision, status);
    await test.settle();
  }
  await test.clock.advance(60_000);
}

Deno.test("T9 a failure during an outage of the store is written before the newest value", async () => {
  const { outage, written, start } = withOutage();
  await using test = await start();
  await pushThree(test, outage);
  assert.deepEqual(test.app.revisions, ["5", "6", "7"]);
  outage.isDown = false;
  await test.clock.advance(10_000);
  assert.deepEqual(written, ["-1", "7"]);
  const states = test.service.changeSets.list().map(({ revision, state, verdict }) => [
    revision,
    state,
    verdict,
  ]);
  assert.deepEqual(states, [
    [7, "committed", "applied"],
    [6, "committed", "failed"],
    [5, "applied", "applied"],
  ]);
});

Deno.test("T9 a failure during an outage is written also when the agent restarts meanwhile", async () => {
  const { outage, written, start } = withOutage();
  const before = await start();
  await pushThree(before, outage);
  await before[Symbol.asyncDispose]();
  await using test = await start({ state: before.state, app: before.app });
  await test.clock.advance(1_000);
  outage.isDown = false;
  await test.clock.advance(10_000);
  assert.deepEqual(written, ["-1", "7"]);
});

Deno.test("a verdict during an outage is kept although the history is full", async () => {
  const { outage, written, start } = withOutage({ history: 16 });
  const before = await start();
  await before.put("amf.json", 1, undefined, 600_000);
  outage.isDown = true;
  before.reply("amf.json", 1, "failure");
  await before.settle();
  for (let revision = 2; revision < 40; revision++) {
    await before.put("amf.json", revision, undefined, 600_000);
    before.reply("amf.json", revision, "success");
    await before.settle();
  }
  await before[Symbol.asyncDispose]();
  await using test = await start({ state: before.state, app: before.app });
  outage.isDown = false;
  await test.clock.advance(10_000);
  assert.deepEqual(written, ["-1", "39"]);
});

/** Renews the lease of a change-set, as etcd does when it restarts. */
async function renew(inner: KeyValueStore, revision: number): Promise<void> {
  const key = `change-set/ns1/amf/v1/ms/amf.json/${revision}`;
  await inner.put(key, textCodec.encode("[]"), { ttlMs: 180_000 });
}

Deno.test("an applied change-set is committed after an outage longer than its lease", async () => {
  const { outage, inner, written, start } = withOutage();
  await using test = await start();
  await test.put("amf.json", 5, undefined, 60_000);
  outage.isDown = true;
  await test.clock.advance(10_000);
  test.reply("amf.json", 5, "success");
  await renew(inner, 5);
  await test.clock.advance(120_000);
  assert.deepEqual(written, []);
  outage.isDown = false;
  await test.clock.advance(10_000);
  assert.deepEqual(written, ["5"]);
});

Deno.test("an undelivered change-set is sent after an outage longer than its lease", async () => {
  const { outage, inner, written, start } = withOutage();
  await using test = await start();
  const refused = { kind: "unreached", reason: "connection refused" } as const;
  test.app.script.push(...Array.from({ length: 200 }, () => refused));
  await test.put("amf.json", 5, undefined, 60_000);
  outage.isDown = true;
  await renew(inner, 5);
  await test.clock.advance(120_000);
  assert.equal(test.service.changeSets.list()[0].state, "retrying");
  test.app.script.length = 0;
  outage.isDown = false;
  await test.clock.advance(10_000);
  test.reply("amf.json", 5, "success");
  await test.clock.advance(1_000);
  assert.deepEqual(written, ["5"]);
});

Deno.test("T12 a renewed lease extends the time for the reply", async () => {
  await using test = await fixture();
  await test.put("amf.json", 5, undefined, 60_000);
  await test.clock.advance(50_000);
  await renew(test.store, 5);
  await test.clock.advance(100_000);
  assert.equal(test.service.stats.unanswered, 0);
  assert.equal(test.service.changeSets.list()[0].state, "pushed");
  await test.clock.advance(76_000);
  assert.equal(test.service.stats.unanswered, 1);
  await test.clock.advance(5_000);
  assert.equal(test.service.changeSets.list()[0].state, "timed_out");
});

Deno.test("a change-set whose key is gone ends although its lease could not be read", async () => {
  const { outage, inner, start } = withOutage();
  await using test = await start();
  outage.isDown = true;
  await test.put("amf.json", 5, undefined, 60_000);
  await inner.delete("change-set/ns1/amf/v1/ms/amf.json/5");
  await test.clock.advance(1_000);
  assert.equal(test.service.changeSets.list()[0].state, "timed_out");
});
