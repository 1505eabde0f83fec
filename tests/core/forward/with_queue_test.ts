import assert from "node:assert/strict";
import { TaskGroup } from "../../../core/async/mod.ts";
import { delivered, withQueue } from "../../../core/forward/mod.ts";
import { held, never, scripted } from "./_senders.ts";

function tasks(): TaskGroup {
  return new TaskGroup((name, error) => {
    throw new Error(`task ${name} failed`, { cause: error });
  });
}

/** Lets promise callbacks run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("withQueue() delivers in order, one at a time", async () => {
  await using group = tasks();
  const sender = held<string>();
  const stage = withQueue(sender, { capacity: 10, tasks: group });
  const answers = ["a", "b"].map((item) => stage.send(item, never));
  await settle();
  assert.deepEqual([sender.items, stage.waiting], [["a"], 1]);
  sender.answer(0, delivered);
  await settle();
  sender.answer(1, delivered);
  assert.deepEqual([await Promise.all(answers), sender.items], [[delivered, delivered], [
    "a",
    "b",
  ]]);
});

Deno.test("withQueue() makes the sender wait when it is full and the policy is block", async () => {
  await using group = tasks();
  const sender = held<string>();
  const stage = withQueue(sender, { capacity: 1, tasks: group });
  const answers = ["a", "b", "c"].map((item) => stage.send(item, never));
  await settle();
  assert.equal(stage.waiting, 1);
  for (let i = 0; i < 3; i++) {
    sender.answer(i, delivered);
    await settle();
  }
  assert.deepEqual(await Promise.all(answers), [delivered, delivered, delivered]);
});

for (const [policy, lost] of [["drop_oldest", 1], ["drop_newest", 2]] as const) {
  Deno.test(`withQueue() drops item ${lost} with reason queue_full when the policy is ${policy}`, async () => {
    await using group = tasks();
    const sender = held<string>();
    const stage = withQueue(sender, { capacity: 1, policy, tasks: group });
    const answers = [stage.send("0", never)];
    await settle();
    answers.push(stage.send("1", never), stage.send("2", never));
    assert.deepEqual(await answers[lost], { status: "dropped", reason: "queue_full" });
    sender.answer(0, delivered);
    await settle();
    sender.answer(1, delivered);
    assert.deepEqual(await answers[lost === 1 ? 2 : 1], delivered);
  });
}

Deno.test("withQueue() returns retry for waiting items when its task group is closed", async () => {
  const group = tasks();
  const sender = held<string>();
  const stage = withQueue(sender, { capacity: 5, tasks: group });
  const answers = ["a", "b"].map((item) => stage.send(item, never));
  await settle();
  const closing = group.close();
  assert.equal(sender.signals[0].aborted, true);
  sender.answer(0, { status: "retry", reason: "aborted" });
  await closing;
  assert.deepEqual(
    (await Promise.all(answers)).map((answer) => "reason" in answer && answer.reason),
    [
      "aborted",
      "closed",
    ],
  );
});

Deno.test("withQueue() refuses new items after close and delivers those that wait", async () => {
  await using group = tasks();
  const sender = scripted<string>(delivered);
  const stage = withQueue(sender, { capacity: 5, tasks: group });
  const waiting = stage.send("a", never);
  stage.close();
  const late = await stage.send("b", never);
  assert.deepEqual(["reason" in late && late.reason, await waiting], ["closed", delivered]);
});
