import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";

const example = new URL("../../examples/hello_plugin/main.ts", import.meta.url);

async function hello(folder: string): Promise<{ code: number; err: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", example.pathname, folder],
    env: { NO_COLOR: "1" },
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

Deno.test("hello_plugin greets and counts across restarts", async () => {
  using dir = tempDir();
  const folder = dir.path;
  for (const visit of [1, 2]) {
    const { code, err } = await hello(folder);
    assert.equal(code, 0, err);
    assert.match(err, new RegExp(`Hello, visitor number ${visit}$`, "m"));
  }
});
