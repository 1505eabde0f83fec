import assert from "node:assert/strict";
import { Spool, type SpoolEvent, type SpoolFile, type SpoolFs } from "../../../core/spool/mod.ts";
import { MemoryFs } from "./_memory_fs.ts";

const never = new AbortController().signal;

/** A disk whose files hang on each write until `answer` is called. */
function hangingDisk() {
  const disk = new MemoryFs();
  const gate = Promise.withResolvers<void>();
  const state = { isHanging: false, isWriting: false };
  function hanging(file: SpoolFile): SpoolFile {
    return new Proxy(file, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name !== "write" || !state.isHanging) return value.bind(target);
        return async (bytes: Uint8Array) => {
          state.isWriting = true;
          await gate.promise;
          return await target.write(bytes);
        };
      },
    });
  }
  const fs: SpoolFs = new Proxy<SpoolFs>(disk, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name === "open") {
        return async (...args: Parameters<SpoolFs["open"]>) => hanging(await target.open(...args));
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { disk, fs, state, answer: () => gate.resolve() };
}

Deno.test("Spool.close() writes what is in memory when its signal does not abort", async () => {
  const { disk } = hangingDisk();
  const spool = await Spool.open({ folder: "/spool", fs: disk });
  const appending = spool.queue("a").append(new Uint8Array(10), 2);
  await spool.close(never);
  assert.equal((await appending).status, "stored");
  await using next = await Spool.open({ folder: "/spool", fs: disk });
  assert.equal(next.queue("a").inherited, 2);
});

Deno.test("Spool.close() returns when its signal aborts on a disk that hangs, and reports what was not written", async () => {
  const { disk, fs, state, answer } = hangingDisk();
  const events: SpoolEvent[] = [];
  const spool = await Spool.open({ folder: "/spool", fs, onEvent: (event) => events.push(event) });
  const queue = spool.queue("a");
  await queue.append(new Uint8Array(10), 1);
  state.isHanging = true;
  const appending = queue.append(new Uint8Array(10), 2);
  while (!state.isWriting) await new Promise((resolve) => setTimeout(resolve, 0));
  const stop = new AbortController();
  const closing = spool.close(stop.signal);
  stop.abort();
  await closing;
  const result = await appending;
  assert.deepEqual([result.status, result.status === "stored" && result.isDurable], [
    "stored",
    false,
  ]);
  const dropped = events.filter((event) => event.kind === "dropped");
  assert.deepEqual(dropped.map(({ reason, records, isStored }) => [reason, records, isStored]), [
    ["spool_failed", 2, true],
  ]);
  await assert.rejects(Spool.open({ folder: "/spool", fs: disk }), { code: "spool_in_use" });
  state.isHanging = false;
  answer();
  await spool.close();
  await using next = await Spool.open({ folder: "/spool", fs: disk });
  assert.equal(next.queue("a").inherited, 3, "the late write was not cut off");
});
