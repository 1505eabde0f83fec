import assert from "node:assert/strict";
import { AgentError } from "../../../core/errors/mod.ts";
import {
  type ChangeBatch,
  type KeyValueStore,
  listAndWatch,
  memoryStore,
  type RevisionStore,
  storeErrors,
  type SyncEvent,
  type SyncState,
  textCodec,
} from "../../../core/keyvalue/mod.ts";
import { type ManualClock, manualClock, recordingLogs } from "../../../core/testing/mod.ts";

const bytes = textCodec.encode;

function describe(event: SyncEvent): string {
  if (event.type === "snapshot") {
    return `snapshot ${event.entries.map(({ key, value }) => `${key}=${textCodec.decode(value)}`)}`;
  }
  const changes = event.changes.map((change) => {
    const was = change.previous ? `(${textCodec.decode(change.previous.value)})` : "";
    if (change.type === "delete") return `-${change.key}${was}`;
    return `+${change.entry.key}=${textCodec.decode(change.entry.value)}${was}`;
  });
  return `${event.resync ? "resync" : "changes"} ${changes}`;
}

/** A reader that collects events and states. */
function collect(
  store: KeyValueStore,
  clock: ManualClock,
  options: { maxPending?: number; keepValues?: boolean } = {},
) {
  const controller = new AbortController();
  const seen: string[] = [];
  const states: SyncState[] = [];
  let gate = Promise.resolve();
  const done = (async () => {
    const events = listAndWatch(store, "k/", {
      ...options,
      signal: controller.signal,
      clock,
      onState: (state) => states.push(state),
      backoff: { random: () => 0.5 },
    });
    for await (const event of events) {
      seen.push(describe(event));
      await gate;
    }
  })();
  return {
    seen,
    states,
    done,
    hold(until: Promise<void>) {
      gate = until;
    },
    stop() {
      controller.abort();
      return done;
    },
  };
}

/** A store whose watches and calls can be made to fail. */
function breakable(store: RevisionStore) {
  let broken: AgentError | undefined;
  let ends: ((error: unknown) => void)[] = [];
  const refuse = () => broken ? Promise.reject(broken) : undefined;
  const proxy: KeyValueStore = new Proxy(store, {
    get(target, name) {
      if (name === "capabilities") return target.capabilities;
      if (name === "revision") return () => refuse() ?? target.revision();
      if (name === "list") return target.list.bind(target);
      if (name !== "watch") throw new TypeError(`not expected: ${String(name)}`);
      return async (...args: Parameters<KeyValueStore["watch"]>) => {
        await refuse();
        const batches = await target.watch(...args);
        const iterator = batches[Symbol.asyncIterator]();
        const failure = new Promise<never>((_, reject) => ends.push(reject));
        failure.catch(() => undefined);
        return {
          [Symbol.asyncIterator]: () => ({
            next: () => Promise.race([iterator.next(), failure]),
            return: () => iterator.return!(),
          }),
        } as AsyncIterable<ChangeBatch>;
      };
    },
  });
  return {
    store: proxy,
    /** Fails open watches, and all calls until {@linkcode mend}. */
    break(error: AgentError) {
      broken = error;
      for (const end of ends) end(error);
      ends = [];
    },
    /** Fails all calls until {@linkcode mend}, but no open watch. */
    silence(error: AgentError) {
      broken = error;
    },
    mend() {
      broken = undefined;
    },
  };
}

const unreachable = new AgentError(
  storeErrors.store_unreachable,
  "Cannot watch: the store does not answer",
);

Deno.test("listAndWatch() yields a snapshot, then the changes after it", async () => {
  const clock = manualClock();
  await using store = memoryStore({ clock });
  await store.put("k/a", bytes("1"));
  await store.put("outside", bytes("1"));
  const reader = collect(store, clock);
  await clock.advance(0);
  await store.put("k/a", bytes("2"));
  await store.txn({
    operations: [{ type: "put", key: "k/c", value: bytes("3") }, { type: "delete", key: "k/a" }],
  });
  await clock.advance(0);
  await reader.stop();
  assert.deepEqual(reader.seen, ["snapshot k/a=1", "changes +k/a=2(1)", "changes -k/a(2),+k/c=3"]);
  assert.deepEqual(reader.states.map(({ state }) => state), ["synced"]);
});

Deno.test("listAndWatch() yields an empty snapshot when the store was never written", async () => {
  const clock = manualClock();
  await using store = memoryStore({ clock });
  const reader = collect(store, clock);
  await clock.advance(0);
  await store.put("k/a", bytes("1"));
  await clock.advance(0);
  await reader.stop();
  assert.deepEqual(reader.seen, ["snapshot ", "changes +k/a=1"]);
});

Deno.test("listAndWatch() yields the difference once after a lost connection", async () => {
  const clock = manualClock();
  await using memory = memoryStore({ clock });
  const { store, ...link } = breakable(memory);
  for (const key of ["k/changed", "k/gone", "k/same"]) await memory.put(key, bytes("old"));
  const reader = collect(store, clock);
  await clock.advance(0);
  link.break(unreachable);
  await clock.advance(1_000);
  await memory.put("k/changed", bytes("new"));
  await memory.delete("k/gone");
  await memory.put("k/added", bytes("new"));
  await clock.advance(1_000);
  assert.deepEqual(reader.states.map(({ state }) => state), ["synced", "stale"]);
  assert.equal(reader.states[1].reason, unreachable.message);
  link.mend();
  await clock.advance(10_000);
  await memory.put("k/same", bytes("last"));
  await clock.advance(0);
  await reader.stop();
  assert.deepEqual(reader.seen.slice(1), [
    "resync +k/added=new,+k/changed=new(old),-k/gone(old)",
    "changes +k/same=last(old)",
  ]);
  assert.deepEqual(reader.states.map(({ state }) => state), ["synced", "stale", "synced"]);
  assert.equal(reader.states[2].resyncs, 1);
});

Deno.test("listAndWatch() yields the difference without the previous entries when it keeps no values", async () => {
  const clock = manualClock();
  await using memory = memoryStore({ clock });
  const { store, ...link } = breakable(memory);
  let isRestored = false;
  const list: KeyValueStore["list"] = async function* (prefix, options) {
    for await (const entry of store.list(prefix, options)) {
      yield isRestored && entry.key === "k/restored" ? { ...entry, value: bytes("odd") } : entry;
    }
  };
  const changed = new Proxy(store, {
    get: (target, name) => name === "list" ? list : Reflect.get(target, name),
  });
  for (const key of ["k/changed", "k/gone", "k/restored", "k/same"]) {
    await memory.put(key, bytes("old"));
  }
  const reader = collect(changed, clock, { keepValues: false });
  await clock.advance(0);
  await memory.put("k/changed", bytes("seen"));
  await clock.advance(0);
  link.break(unreachable);
  await memory.put("k/changed", bytes("new"));
  await memory.delete("k/gone");
  isRestored = true;
  link.mend();
  await clock.advance(10_000);
  await reader.stop();
  assert.deepEqual(reader.seen.slice(1), [
    "changes +k/changed=seen(old)",
    "resync +k/changed=new,-k/gone,+k/restored=odd",
  ]);
});

Deno.test("listAndWatch() yields nothing after a lost connection when nothing changed", async () => {
  const clock = manualClock();
  await using memory = memoryStore({ clock });
  const { store, ...link } = breakable(memory);
  await memory.put("k/a", bytes("1"));
  const reader = collect(store, clock);
  await clock.advance(0);
  link.break(unreachable);
  link.mend();
  await clock.advance(10_000);
  await reader.stop();
  assert.deepEqual(reader.seen, ["snapshot k/a=1"]);
});

Deno.test("D-18 listAndWatch() lists again when the history was compacted", async () => {
  const clock = manualClock();
  await using memory = memoryStore({ clock, maxHistory: 2 });
  const { store, ...link } = breakable(memory);
  await memory.put("k/a", bytes("0"));
  const reader = collect(store, clock);
  await clock.advance(0);
  link.break(new AgentError(storeErrors.store_compacted, "Cannot watch: compacted"));
  for (let value = 1; value <= 10; value++) await memory.put("k/a", bytes(`${value}`));
  link.mend();
  await clock.advance(1_000);
  await reader.stop();
  assert.deepEqual(reader.seen, ["snapshot k/a=0", "resync +k/a=10(0)"]);
});

Deno.test("listAndWatch() lists again when its reader was too slow", async () => {
  const clock = manualClock();
  await using store = memoryStore({ clock });
  await store.put("k/a", bytes("0"));
  const reader = collect(store, clock, { maxPending: 2 });
  const { promise, resolve } = Promise.withResolvers<void>();
  reader.hold(promise);
  await clock.advance(0);
  for (let value = 1; value <= 10; value++) await store.put("k/a", bytes(`${value}`));
  resolve();
  await clock.advance(1_000);
  await reader.stop();
  assert.equal(reader.seen[0], "snapshot k/a=0");
  assert.equal(reader.seen.at(-1), "resync +k/a=10(2)");
});

Deno.test("listAndWatch() is stale when the store does not answer, even with an open watch", async () => {
  const clock = manualClock();
  await using memory = memoryStore({ clock });
  const { store, ...link } = breakable(memory);
  const reader = collect(store, clock);
  await clock.advance(0);
  link.silence(unreachable);
  await clock.advance(5_000);
  assert.deepEqual(reader.states.map(({ state }) => state), ["synced", "stale"]);
  link.mend();
  await clock.advance(5_000);
  assert.deepEqual(reader.states.map(({ state }) => state), ["synced", "stale", "synced"]);
  await reader.stop();
});

Deno.test("listAndWatch() backs off up to the maximum delay when attempts fail", async () => {
  const clock = manualClock();
  await using memory = memoryStore({ clock });
  const { store, ...link } = breakable(memory);
  link.break(unreachable);
  let attempts = 0;
  const counting: KeyValueStore = new Proxy(store, {
    get(target, name) {
      if (name === "revision") attempts++;
      return Reflect.get(target, name);
    },
  });
  const reader = collect(counting, clock);
  await clock.advance(60_000);
  assert(attempts > 15 && attempts < 30, `${attempts} attempts in a minute`);
  await reader.stop();
  assert.deepEqual(reader.seen, []);
});

Deno.test("listAndWatch() ends with the error `closed` when the store is closed", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const reader = collect(store, clock);
  const ended = assert.rejects(reader.done, { code: "closed" });
  await clock.advance(0);
  await store.close();
  await ended;
});

Deno.test("listAndWatch() yields each change once when the store has no history", async () => {
  const clock = manualClock();
  await using memory = memoryStore({ clock });
  await memory.put("k/a", bytes("1"));
  const poor: KeyValueStore = new Proxy(memory, {
    get(target, name) {
      if (name === "capabilities") return { ...target.capabilities, history: false };
      if (name !== "list") {
        const member = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      }
      return async function* (prefix: string) {
        // Written after the watch began and before the list: seen by both.
        await target.put("k/b", bytes("1"));
        await target.delete("k/b");
        await target.put("k/b", bytes("2"));
        yield* target.list(prefix);
      };
    },
  });
  const reader = collect(poor, clock);
  await clock.advance(0);
  await memory.put("k/b", bytes("3"));
  await clock.advance(0);
  await reader.stop();
  assert.deepEqual(reader.seen, ["snapshot k/a=1,k/b=2", "changes +k/b=3(2)"]);
});

Deno.test("listAndWatch() logs once when the watch is lost and once when it is in sync again", async () => {
  const clock = manualClock();
  const logs = recordingLogs(clock);
  await using memory = memoryStore({ clock });
  const { store, ...link } = breakable(memory);
  const controller = new AbortController();
  const log = logs.registry.logger("sync");
  const events = listAndWatch(store, "k/", { signal: controller.signal, clock, log });
  const done = Array.fromAsync(events);
  await clock.advance(0);
  link.break(unreachable);
  await clock.advance(30_000);
  link.mend();
  await clock.advance(30_000);
  controller.abort();
  await done;
  assert.equal(logs.messages("warn").length, 1);
  assert.equal(logs.messages("info").length, 2);
});

Deno.test("listAndWatch() throws at once when an argument is invalid", () => {
  const store = memoryStore();
  assert.throws(() => listAndWatch(store, "/k"), TypeError);
  for (const probeMs of [0, "0s", "soon" as "1s"] as const) {
    assert.throws(() => listAndWatch(store, "k", { probeMs }), RangeError);
  }
  listAndWatch(store, "k", { probeMs: "250ms" });
  assert.throws(() => listAndWatch(store, "k", { maxPending: 0 }), RangeError);
});
