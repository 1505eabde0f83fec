import fc from "npm:fast-check@4.10.2";
import { clockFrom } from "../../../core/async/mod.ts";
import type { ChangeBatch } from "../../../core/keyvalue/mod.ts";
import { LocalStore } from "../../../plugins/localkv/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { apply, assertSame, Model, programs } from "../../core/keyvalue/_model.ts";
import { steppedClock } from "../../core/keyvalue/_stepped_clock.ts";

Deno.test("LocalStore matches the model when random programs run and it is reopened in between", async () => {
  await fc.assert(
    fc.asyncProperty(programs, fc.nat(40), async (program, reopenAt) => {
      using temp = tempDir();
      const folder = temp.path;
      const source = steppedClock();
      const clock = clockFrom(source);
      const model = new Model();
      let store = LocalStore.open({ folder, clock });
      try {
        for (const [index, step] of program.entries()) {
          if (index === reopenAt) {
            await store.close();
            store = LocalStore.open({ folder, clock });
          }
          model.run(step);
          await apply(store, step, source.advance);
        }
        const watched: ChangeBatch[] = [];
        const batches = (await store.watch("", { fromRevision: 1 }))[Symbol.asyncIterator]();
        while (watched.length < model.revision) watched.push((await batches.next()).value);
        await assertSame(store, watched, model);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 40 },
  );
});
