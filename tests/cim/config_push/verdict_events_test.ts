import assert from "node:assert/strict";
import { textCodec } from "../../../core/mod.ts";
import type { OwnEvent } from "../../../cim/events/mod.ts";
import { fixture, type FixtureOptions, without } from "./_fixture.ts";

const commitKey = "commit-config/ns1/amf/v1/ms/amf-0";

const events = {
  success: {
    name: "CimConfigUpdateSuccess",
    managedObject: [["Description", "Config update success"], ["STATUS", "SUCCESS"]],
    additionalInfo: [["Commit_Keys", commitKey]],
  },
  unused: {
    name: "CimConfigUpdateUnused",
    managedObject: [["Update_Config_Status", "UNUSED"]],
    additionalInfo: [
      ["Error", "Config patch unused"],
      ["Action", "Check Patch Path and Patch Version"],
    ],
  },
  failure: {
    name: "CimConfigUpdateFailure",
    managedObject: [["Update_Config_Status", "FAIL"]],
    additionalInfo: [["Error", "Config patch failed"], ["Action", "Update Changes Manually"]],
  },
  committed: {
    name: "CimCommitConfigSuccess",
    managedObject: [["Update_Etcd_Commit_Status", "SUCCESS"]],
    additionalInfo: [["Commit_Keys", commitKey]],
  },
  notCommitted: {
    name: "CimCommitConfigFailure",
    managedObject: [["Update_Etcd_Commit_Status", "FAIL"], ["Commit_Keys", commitKey]],
    additionalInfo: [["Error", "Cannot call: away"]],
  },
} as const;

/** A fixture that keeps the events that were raised, each with the commit at that moment. */
async function raising(options: FixtureOptions = {}) {
  const raised: OwnEvent[] = [];
  const it = await fixture({
    ...options,
    wrap: (given) => ({
      ...(options.wrap?.(given) ?? given),
      raise: (event) => raised.push(event),
    }),
  });
  return { it, raised, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() };
}

for (const status of ["success", "unused", "failure"] as const) {
  Deno.test(`8.3 the events of a reply "${status}" are those of the contract, the commit's last`, async () => {
    await using test = await raising();
    await test.it.put("amf.json", 5);
    assert.deepEqual(test.raised, []);
    test.it.reply("amf.json", 5, status);
    await test.it.settle();
    assert.deepEqual(test.raised, [events[status], events.committed]);
  });
}

Deno.test("D-26 no event of a verdict is raised before its commit was tried", async () => {
  const gate = Promise.withResolvers<void>();
  await using test = await raising({
    wrap: (options) => ({
      ...options,
      store: new Proxy(options.store, {
        get(target, name) {
          const member = Reflect.get(target, name, target);
          if (name === "txn") {
            return async (...args: Parameters<typeof target.txn>) => {
              await gate.promise;
              return await target.txn(...args);
            };
          }
          return typeof member === "function" ? member.bind(target) : member;
        },
      }),
    }),
  });
  await test.it.put("amf.json", 5);
  test.it.reply("amf.json", 5, "success");
  await test.it.settle();
  assert.deepEqual(test.raised, []);
  gate.resolve();
  assert.equal(await test.it.commit(), "5");
  assert.deepEqual(test.raised, [events.success, events.committed]);
});

Deno.test("D-4 a commit that fails raises CimCommitConfigFailure once, whatever the number of attempts", async () => {
  let isAway = true;
  await using test = await raising({
    wrap: (options) => ({
      ...options,
      store: new Proxy(options.store, {
        get(target, name) {
          const now = isAway && name === "txn" ? without(target, "txn") : target;
          const member = Reflect.get(now, name, now);
          return typeof member === "function" ? member.bind(now) : member;
        },
      }),
    }),
  });
  await test.it.put("amf.json", 5);
  test.it.reply("amf.json", 5, "success");
  await test.it.clock.advance(60_000);
  assert(test.it.service.stats.commitFailures > 3);
  assert.deepEqual(test.raised, [events.success, events.notCommitted]);
  isAway = false;
  await test.it.clock.advance(60_000);
  assert.deepEqual(test.raised, [events.success, events.notCommitted, events.committed]);
});

Deno.test("T5 a push that was never delivered raises only the event of its commit", async () => {
  await using test = await raising();
  test.it.app.script.push({ kind: "answered", status: 404 });
  await test.it.put("amf.json", 5);
  assert.equal(await test.it.commit(), "-1");
  assert.deepEqual(test.raised, [events.committed]);
});

Deno.test("8.3 a patch of the agent's own file that does not fit raises CimConfigUpdateFailure", async () => {
  await using test = await raising();
  await test.it.put("cim.json", 5, [{ op: "test", path: "/x", value: 1 }]);
  assert.equal(await test.it.commit(), "-1");
  assert.deepEqual(test.raised, [events.failure, events.committed]);
});

Deno.test("8.3 a verdict that commits nothing raises the event about the verdict alone", async () => {
  await using test = await raising();
  await test.it.put("amf.json", 5);
  test.it.reply("amf.json", 5, "success");
  await test.it.put("smf.json", 4);
  test.it.reply("smf.json", 4, "success");
  await test.it.settle();
  assert.equal(await test.it.commit(), "5");
  assert.deepEqual(test.raised, [events.success, events.committed, events.success]);
});

Deno.test("8.3 a verdict that an earlier run did not commit raises its events in the next run", async () => {
  await using first = await raising({
    wrap: (options) => ({ ...options, store: without(options.store, "txn") }),
  });
  const { it } = first;
  await it.put("amf.json", 5);
  it.reply("amf.json", 5, "unused");
  await it.settle();
  assert.deepEqual(first.raised.map(({ name }) => name), [
    "CimConfigUpdateUnused",
    "CimCommitConfigFailure",
  ]);
  await it.stop();
  await using next = await raising({ store: it.store, state: it.state, clock: it.clock });
  assert.equal(textCodec.decode((await it.store.get(commitKey))!.value), "-2");
  assert.deepEqual(next.raised, [events.unused, events.committed]);
});
