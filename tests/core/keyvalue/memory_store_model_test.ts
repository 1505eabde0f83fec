import fc from "npm:fast-check@4.10.2";
import { type ChangeBatch, memoryStore } from "../../../core/keyvalue/mod.ts";
import { clockFrom } from "../../../core/async/mod.ts";
import { apply, assertSame, Model, programs } from "./_model.ts";
import { steppedClock } from "./_stepped_clock.ts";

Deno.test("memoryStore() matches the model when random programs run", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const clock = steppedClock();
      await using store = memoryStore({ clock: clockFrom(clock) });
      const batches = (await store.watch(""))[Symbol.asyncIterator]();
      const model = new Model();
      for (const step of program) {
        model.run(step);
        await apply(store, step, clock.advance);
      }
      const watched: ChangeBatch[] = [];
      while (watched.length < model.revision) watched.push((await batches.next()).value);
      await assertSame(store, watched, model);
    }),
    { numRuns: 300 },
  );
});

Deno.test("memoryStore() matches the model when a watch replays the history", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const clock = steppedClock();
      await using store = memoryStore({ clock: clockFrom(clock) });
      const model = new Model();
      for (const step of program) {
        model.run(step);
        await apply(store, step, clock.advance);
      }
      const watched: ChangeBatch[] = [];
      const batches = (await store.watch("", { fromRevision: 1 }))[Symbol.asyncIterator]();
      while (watched.length < model.revision) watched.push((await batches.next()).value);
      await assertSame(store, watched, model);
    }),
    { numRuns: 200 },
  );
});
