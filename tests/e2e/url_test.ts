import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { tempDir } from "../_support/temp_dir.ts";

const root = new URL("../../", import.meta.url);

/** Serves the work tree on loopback. */
function serveTree(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    try {
      const text = await Deno.readTextFile(new URL(`.${pathname}`, root));
      const type = pathname.endsWith(".ts") ? "application/typescript" : "application/json";
      return new Response(text, { headers: { "content-type": type } });
    } catch {
      return new Response("not found", { status: 404 });
    }
  });
}

async function runFrom(
  url: string,
  args: readonly string[],
): Promise<{ code: number; out: string }> {
  using folder = tempDir();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // The port may have served an older version to an earlier test.
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
  return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("deno run URL/main.ts works without the tree, its configuration or an import map", async () => {
  await using server = serveTree();
  const url = `http://127.0.0.1:${server.addr.port}/main.ts`;
  const version = await runFrom(url, ["version"]);
  assert.equal(version.code, 0, version.out);
  assert.match(version.out, new RegExp(`^cim ${manifest.version}$`, "m"));
  const validate = await runFrom(url, ["validate"]);
  assert.equal(validate.code, 0, validate.out);
});
