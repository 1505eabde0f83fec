import assert from "node:assert/strict";
import {
  AgentError,
  type KeyValueStore,
  memoryStore,
  storeErrors,
  TaskGroup,
  textCodec,
} from "../../../core/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { type Commit, CommitWriter } from "../../../cim/config_push/commit_writer.ts";

const key = "commit-config/ns1/amf/v1/ms/amf-0";
const statusKey = "commit-status/ns1/amf/v1/ms/amf-0";

/** A writer over a store with a given number of failures. */
function setUp() {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const logs = recordingLogs(clock);
  const tasks = new TaskGroup((name, error) => assert.fail(`${name}: ${error}`));
  const trouble = { left: 0, failures: 0, attempts: 0 };
  const calls: string[] = [];
  const values: string[] = [];
  const flaky: Pick<KeyValueStore, "txn" | "get"> = {
    get: (...args) => store.get(...args),
    txn(...args) {
      trouble.attempts++;
      if (trouble.left-- > 0) {
        return Promise.reject(
          new AgentError(storeErrors.store_unreachable, "Cannot write: no answer"),
        );
      }
      const [put] = args[0].operations;
      if (put.type === "put") values.push(textCodec.decode(put.value));
      return store.txn(...args);
    },
  };
  const writer = new CommitWriter({
    store: flaky as KeyValueStore,
    clock,
    random: () => 0.5,
    log: logs.registry.logger("commits"),
    onFailure: () => trouble.failures++,
    run: (name, task) => tasks.run(name, task),
  });
  const commit = (value: string, more: Partial<Commit> = {}): Commit => ({
    key,
    value,
    statusKey,
    detail: { value },
    onWritten: () => calls.push(`written ${value}`),
    onReplaced: (by) => calls.push(`${by} replaced ${value}`),
    ...more,
  });
  const read = async (name = key) => {
    const entry = await store.get(name);
    return entry && textCodec.decode(entry.value);
  };
  return {
    clock,
    store,
    writer,
    trouble,
    calls,
    values,
    commit,
    read,
    [Symbol.asyncDispose]: () => tasks.close(),
  };
}

Deno.test("write() writes commit and detail in one transaction", async () => {
  await using test = setUp();
  test.writer.write(test.commit("5"));
  await test.clock.advance(0);
  assert.equal(await test.read(), "5");
  assert.equal(await test.read(statusKey), '{"value":"5"}');
  assert.equal(await test.store.revision(), 1);
  assert.deepEqual(test.calls, ["written 5"]);
  assert.equal(test.writer.pending, 0);
});

Deno.test("D-4 T14 a failed write is retried and counted", async () => {
  await using test = setUp();
  test.trouble.left = 5;
  test.writer.write(test.commit("5"));
  await test.clock.advance(10_000);
  assert.equal(await test.read(), "5");
  assert.equal(test.trouble.failures, 5);
});

Deno.test("T14 a commit is not given up while the store is unreachable", async () => {
  await using test = setUp();
  test.trouble.left = 1_000;
  test.writer.write(test.commit("5"));
  await test.clock.advance(3_600_000);
  assert.equal(test.writer.pending, 1);
  assert(test.writer.isFailing);
  test.trouble.left = 0;
  await test.clock.advance(10_000);
  assert.deepEqual(test.calls, ["written 5"]);
  assert.equal(test.writer.isFailing, false);
});

Deno.test("a newer commit replaces an unwritten one", async () => {
  await using test = setUp();
  test.trouble.left = 3;
  for (const value of ["5", "6", "7"]) {
    test.writer.write(test.commit(value));
    await test.clock.advance(0);
  }
  assert.equal(test.writer.pending, 1);
  await test.clock.advance(10_000);
  assert.equal(await test.read(), "7");
  assert.deepEqual(test.calls, ["6 replaced 5", "7 replaced 6", "written 7"]);
});

Deno.test("a newer commit replaces one whose attempt is in flight and fails", async () => {
  await using test = setUp();
  test.trouble.left = 1;
  test.writer.write(test.commit("5"));
  test.writer.write(test.commit("6"));
  await test.clock.advance(10_000);
  assert.deepEqual(test.calls, ["6 replaced 5", "written 6"]);
});

Deno.test("T9 every unwritten failure is written before the newest value", async () => {
  await using test = setUp();
  test.trouble.left = 20;
  for (const value of ["5", "-1", "7", "-1", "-2", "9"]) {
    test.writer.write(test.commit(value));
    await test.clock.advance(1_000);
  }
  await test.clock.advance(120_000);
  assert.deepEqual(test.values, ["-1", "-1", "9"]);
  assert.deepEqual(test.calls.filter((text) => text.startsWith("written")), [
    "written -1",
    "written -1",
    "written 9",
  ]);
});

Deno.test("T9 a failure after a value is written after it", async () => {
  await using test = setUp();
  test.trouble.left = 5;
  test.writer.write(test.commit("7"));
  test.writer.write(test.commit("-1"));
  await test.clock.advance(60_000);
  assert.deepEqual(test.values, ["7", "-1"]);
});

Deno.test("pending failures are bounded: the last ones share one write", async () => {
  await using test = setUp();
  test.trouble.left = 3;
  for (let failure = 0; failure < 200; failure++) test.writer.write(test.commit("-1"));
  test.writer.write(test.commit("300"));
  assert(test.writer.pending <= 66, `${test.writer.pending} pending`);
  await test.clock.advance(60_000);
  assert.equal(await test.read(), "300");
  assert.equal(test.calls.filter((text) => text === "written -1").length, 200);
});

Deno.test("onlyRaise keeps a higher commit", async () => {
  await using test = setUp();
  await test.store.put(key, textCodec.encode("9"));
  test.writer.write(test.commit("7", { onlyRaise: true }));
  await test.clock.advance(0);
  assert.equal(await test.read(), "9");
  for (const present of ["-1", "6", "nonsense"]) {
    await test.store.put(key, textCodec.encode(present));
    test.writer.write(test.commit("7", { onlyRaise: true }));
    await test.clock.advance(0);
    assert.equal(await test.read(), "7");
  }
});

Deno.test("flush() resolves when everything is written", async () => {
  await using test = setUp();
  test.trouble.left = 2;
  test.writer.write(test.commit("5"));
  let isFlushed = false;
  const flushed = test.writer.flush(new AbortController().signal).then(() => isFlushed = true);
  await test.clock.advance(50);
  assert.equal(isFlushed, false);
  await test.clock.advance(10_000);
  await flushed;
  assert.equal(await test.read(), "5");
});

Deno.test("flush() resolves when its signal aborts", async () => {
  await using test = setUp();
  test.trouble.left = 1_000;
  test.writer.write(test.commit("5"));
  const controller = new AbortController();
  const flushed = test.writer.flush(controller.signal);
  controller.abort();
  await flushed;
  assert.equal(test.writer.pending, 1);
});
