import { keyValueContract, manualClock } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { LocalStore } from "../../../plugins/localkv/mod.ts";

keyValueContract({
  name: "LocalStore",
  open() {
    const clock = manualClock();
    const folder = tempDir();
    const store = LocalStore.open({ folder: folder.path, clock });
    return Promise.resolve({
      store,
      advance: (ms: number) => clock.advance(ms),
      compact: async () => store.compact(await store.revision()),
      close: () => store.close(),
      async [Symbol.asyncDispose]() {
        await store.close();
        folder[Symbol.dispose]();
      },
    });
  },
});
