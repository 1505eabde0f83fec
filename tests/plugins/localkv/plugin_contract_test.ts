import { pluginContract } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { localkv } from "../../../plugins/localkv/mod.ts";

pluginContract({
  plugin: localkv(),
  open() {
    const folder = tempDir();
    return Promise.resolve({
      config: { localkv: { folder: folder.path } },
      [Symbol.asyncDispose]: () => Promise.resolve(folder[Symbol.dispose]()),
    });
  },
});
