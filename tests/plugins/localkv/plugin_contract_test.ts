import { pluginContract } from "../../../core/testing/mod.ts";
import { localkv } from "../../../plugins/localkv/mod.ts";

pluginContract({
  plugin: localkv(),
  async open() {
    const folder = await Deno.makeTempDir();
    return {
      config: { localkv: { folder } },
      [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
    };
  },
});
