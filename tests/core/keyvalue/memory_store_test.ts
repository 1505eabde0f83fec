import { memoryStore } from "../../../core/keyvalue/mod.ts";
import { keyValueContract, manualClock } from "../../../core/testing/mod.ts";

keyValueContract({
  name: "memoryStore",
  open() {
    const clock = manualClock();
    const store = memoryStore({ clock });
    return Promise.resolve({
      store,
      advance: (ms) => clock.advance(ms),
      compact: async () => store.compact(await store.revision()),
      close: () => store.close(),
      [Symbol.asyncDispose]: () => store.close(),
    });
  },
});
