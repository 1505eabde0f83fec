import assert from "node:assert/strict";
import { aborted, TaskGroup } from "../../../core/async/mod.ts";

function recordingGroup() {
  const failures: [string, unknown][] = [];
  return { failures, group: new TaskGroup((name, error) => failures.push([name, error])) };
}

Deno.test("close() aborts the tasks, waits for them and reports nothing", async () => {
  const { group, failures } = recordingGroup();
  let ended = false;
  group.run("loop", async (signal) => {
    await aborted(signal);
    ended = true;
  });
  group.run("thrower", async (signal) => {
    await aborted(signal);
    throw signal.reason;
  });
  assert.deepEqual(group.running, ["loop", "thrower"]);
  await group.close();
  assert(ended);
  assert.deepEqual(group.running, []);
  assert.deepEqual(failures, []);
});

Deno.test("run() reports what a task throws, by its name, and keeps the others running", async () => {
  const { group, failures } = recordingGroup();
  const error = new Error("lost");
  group.run("bad", () => Promise.reject(error));
  group.run("good", aborted);
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(failures, [["bad", error]]);
  assert.deepEqual(group.running, ["good"]);
  await group.close();
});

Deno.test("run() reports a failure that comes while the group closes", async () => {
  const { group, failures } = recordingGroup();
  const error = new Error("could not drain");
  group.run("drain", async (signal) => {
    await aborted(signal);
    throw error;
  });
  await group.close();
  assert.deepEqual(failures, [["drain", error]]);
});

Deno.test("run() reports a task that throws before its first wait", async () => {
  const { group, failures } = recordingGroup();
  group.run("sync", () => {
    throw new TypeError("at once");
  });
  await group.close();
  assert.equal(failures.length, 1);
});

Deno.test("run() starts nothing once the group is closed", async () => {
  const { group } = recordingGroup();
  await group.close();
  group.run("late", () => assert.fail("must not run"));
  assert.deepEqual(group.running, []);
});

Deno.test("close() waits for a slow task and may be called twice", async () => {
  await using group = new TaskGroup(() => assert.fail("nothing fails"));
  let steps = 0;
  group.run("slow", async (signal) => {
    await aborted(signal);
    for (; steps < 10; steps++) await Promise.resolve();
  });
  await Promise.all([group.close(), group.close()]);
  assert.equal(steps, 10);
});
