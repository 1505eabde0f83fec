import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { tempDir } from "../_support/temp_dir.ts";
import { isBinary } from "./_program.ts";

const bundle = new URL("../../dist/cim.js", import.meta.url);

Deno.test({
  name: "dist/cim.js runs from a URL and holds etcd's client, too",
  // It is built together with the binary.
  ignore: !isBinary,
  async fn() {
    using folder = tempDir();
    const text = await Deno.readTextFile(bundle);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response(text, { headers: { "content-type": "text/javascript" } }),
    );
    const url = `http://127.0.0.1:${server.addr.port}/cim.js`;
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-lock",
          "--no-config",
          `--reload=${new URL(url).origin}`,
          url,
          ...args,
        ],
        cwd: folder.path,
        env: { NO_COLOR: "1" },
      }).output();
      const decoder = new TextDecoder();
      return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
    };
    const version = await run("version");
    assert.equal(version.out, `cim ${manifest.version}\n`, version.err);
    // Loading the client fails if its protocol definitions are not found.
    const get = await run("kv", "get", "a", "--set", 'etcd.endpoints=["127.0.0.1:1"]');
    assert.equal(get.code, 1, get.err);
    assert.match(get.err, /etcd at \S+ does not answer/);
  },
});
