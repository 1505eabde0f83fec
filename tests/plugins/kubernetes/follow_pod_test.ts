import assert from "node:assert/strict";
import { TaskGroup } from "../../../core/async/mod.ts";
import { fakeKubernetes, fakePod, refusal } from "../../_support/fake_kubernetes.ts";
import { until } from "../../_support/until.ts";
import type { FollowState } from "../../../plugins/kubernetes/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { answerError } from "../../../plugins/kubernetes/errors.ts";
import { followPod, type PodSource } from "../../../plugins/kubernetes/follow_pod.ts";
import { clientOf } from "./_client.ts";

type Limits = Parameters<typeof clientOf>[1];

/** Follows pod amf-0 and records what is yielded: the label `zone`, or undefined. */
async function follow(limits: Limits = {}) {
  const api = await fakeKubernetes();
  const test = await clientOf(api, limits);
  const zones: (string | undefined)[] = [];
  const states: FollowState[] = [];
  const tasks = new TaskGroup((_name, error) => {
    throw error;
  });
  const put = (zone: string) => api.put("pods", fakePod("amf-0", { labels: { zone } }));
  return {
    api,
    zones,
    states,
    put,
    start() {
      tasks.run("follow", async (signal) => {
        const onState = (state: FollowState) => states.push(state);
        for await (const pod of test.client.followPod("ns1", "amf-0", { signal, onState })) {
          zones.push(pod?.labels.zone);
        }
      });
    },
    /** Waits until the last thing yielded is this. */
    seen: (zone: string | undefined) =>
      until(`${zone}`, () => zones.length > 0 && zones.at(-1) === zone),
    async [Symbol.asyncDispose]() {
      await tasks.close();
      test[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

Deno.test("followPod() yields the pod, its changes, its end and its return", async () => {
  await using test = await follow();
  test.put("a");
  test.start();
  await test.seen("a");
  test.put("b");
  await test.seen("b");
  test.api.put("pods", fakePod("amf-1", { labels: { zone: "other" } }));
  test.api.delete("pods", "ns1", "amf-0");
  await test.seen(undefined);
  test.put("c");
  await test.seen("c");
  assert.deepEqual(test.zones, ["a", "b", undefined, "c"]);
  assert.deepEqual(test.states, [{ state: "watching", reason: "" }]);
});

Deno.test("followPod() resumes after the end of a watch and misses nothing", async () => {
  await using test = await follow();
  test.put("a");
  test.start();
  await until("a watch", () => test.api.watches === 1);
  test.api.endWatches();
  test.put("b");
  await test.seen("b");
  assert.deepEqual(test.zones, ["a", "b"], "it resumed and did not list again");
});

Deno.test("C2-35: followPod() reads the pod again after 410, as an answer and as an event of the watch", async () => {
  await using test = await follow();
  test.put("a");
  test.start();
  await until("a watch", () => test.api.watches === 1);
  test.api.failWatches(410);
  await until("a watch again", () => test.api.watches === 1);
  test.api.compact();
  test.api.endWatches();
  await until("a watch after the compaction", () => test.api.watches === 1);
  test.put("b");
  await test.seen("b");
  assert.deepEqual(test.zones, ["a", "a", "a", "b"], "each 410 listed again");
  assert(test.states.every(({ state }) => state === "watching"), "410 is part of the protocol");
});

for (const status of [401, 404, 429, 500, 503]) {
  Deno.test(`C2-35: followPod() keeps the last pod while the API answers ${status}, says so, and goes on afterwards`, async () => {
    await using test = await follow();
    test.put("a");
    test.start();
    await test.seen("a");
    test.api.fault = () => refusal(status);
    test.api.endWatches();
    await until("the failure", () => test.states.at(-1)?.state === "failing");
    assert.match(test.states.at(-1)!.reason, new RegExp(`watch pod ns1/amf-0: .* ${status}`));
    test.put("b");
    assert.deepEqual(test.zones, ["a"]);
    test.api.fault = undefined;
    await test.seen("b");
    assert.deepEqual(test.states.at(-1), { state: "watching", reason: "" });
  });
}

Deno.test("C2-35: followPod() waits as long as Retry-After says", async () => {
  await using test = await follow();
  test.put("a");
  const times: number[] = [];
  test.api.fault = () => {
    times.push(performance.now());
    return times.length === 1 ? refusal(429, { headers: { "retry-after": "1" } }) : undefined;
  };
  test.start();
  await test.seen("a");
  assert(times[1] - times[0] >= 990, `waited ${times[1] - times[0]} ms`);
});

Deno.test("C2-35: followPod() reads the pod periodically when it must not watch it, and watches once it may", async () => {
  await using test = await follow({ pollIntervalMs: 10 });
  test.put("a");
  test.api.fault = ({ query }) => query.has("fieldSelector") ? refusal(403) : undefined;
  test.start();
  await test.seen("a");
  assert.equal(test.states.at(-1)?.state, "polling");
  assert.match(test.states.at(-1)!.reason, /answered 403/);
  test.put("b");
  await test.seen("b");
  test.api.fault = undefined;
  await until("a watch", () => test.api.watches === 1);
  assert.equal(test.states.at(-1)?.state, "watching");
});

Deno.test("followPod() gives up a watch whose connection broke without a sign", async () => {
  await using test = await follow({ watchTimeoutMs: 100, requestTimeoutMs: 100 });
  test.put("a");
  test.start();
  await until("a watch", () => test.api.watches === 1);
  // The fake API never ends a watch by itself, as a connection that broke.
  await until(
    "the next watch",
    () => test.api.requests.filter(({ query }) => query.has("watch")).length >= 2,
  );
  test.put("b");
  await test.seen("b");
});

Deno.test("followPod() survives a line that is not JSON", async () => {
  await using test = await follow();
  test.put("a");
  let isBroken = true;
  test.api.fault = ({ query }) => {
    if (!query.has("watch") || !isBroken) return undefined;
    isBroken = false;
    return new Response("{oops\n");
  };
  test.start();
  await until("the failure", () => test.states.some(({ state }) => state === "failing"));
  test.put("b");
  await test.seen("b");
});

Deno.test("followPod() starts while the API is away and yields the pod once it answers", async () => {
  await using test = await follow();
  test.put("a");
  test.api.fault = () => refusal(503);
  test.start();
  await until("the failure", () => test.states.at(-1)?.state === "failing");
  assert.deepEqual(test.zones, []);
  test.api.fault = undefined;
  await test.seen("a");
});

/** Follows with manual time a source that counts its calls. */
function followSource(calls: Partial<PodSource>) {
  const clock = manualClock();
  const tasks = new TaskGroup((name, error) => assert.fail(`${name}: ${error}`));
  const source: PodSource = {
    list: () => Promise.resolve({ pod: undefined, version: "1" }),
    get: () => Promise.resolve(undefined),
    async *watch() {},
    error: ({ code = 500, ...status }) => answerError("watch", "here", { status: code, ...status }),
    ...calls,
  };
  tasks.run("follow", async (signal) => {
    const options = { clock, random: () => 0, pollIntervalMs: 1_000, onResync() {}, signal };
    for await (const _ of followPod(source, options));
  });
  return { clock, [Symbol.asyncDispose]: () => tasks.close() };
}

Deno.test("followPod() waits five minutes at most when an event of the watch asks for 1e308 seconds", async () => {
  let watches = 0;
  await using test = followSource({
    async *watch() {
      watches++;
      yield {
        type: "ERROR",
        object: { code: 429, message: "busy", details: { retryAfterSeconds: 1e308 } },
      };
    },
  });
  await test.clock.advance(299_000);
  assert.equal(watches, 1);
  await test.clock.advance(2_000);
  assert.equal(watches, 2);
});

Deno.test("followPod() waits five minutes at most when a read in place of the watch asks for longer", async () => {
  let reads = 0;
  await using test = followSource({
    list: () => Promise.reject(answerError("watch", "here", { status: 403, message: "" })),
    get() {
      reads++;
      const answer = { status: 429, message: "busy", retryAfterMs: Infinity };
      return Promise.reject(answerError("get", "here", answer));
    },
  });
  await test.clock.advance(299_000);
  assert.equal(reads, 1);
  await test.clock.advance(2_000);
  assert.equal(reads, 2);
});
