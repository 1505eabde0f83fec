import { keyValueContract, manualClock } from "../../../core/testing/mod.ts";
import { LocalStore } from "../../../plugins/localkv/mod.ts";

keyValueContract({
  name: "LocalStore",
  async open() {
    const clock = manualClock();
    const folder = await Deno.makeTempDir();
    const store = LocalStore.open({ folder, clock });
    return {
      store,
      advance: (ms) => clock.advance(ms),
      compact: async () => store.compact(await store.revision()),
      close: () => store.close(),
      async [Symbol.asyncDispose]() {
        await store.close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  },
});
