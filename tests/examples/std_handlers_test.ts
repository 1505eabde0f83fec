import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";

const example = new URL("../../examples/std_handlers/main.ts", import.meta.url);
const ignore = !await answers("https://jsr.io/@std/log/meta.json");
if (ignore) {
  // A test file has no logger; this one line says what was left out.
  // deno-lint-ignore no-console
  console.log("left out, needs jsr.io: examples/std_handlers with the real @std/log and @std/http");
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not resolved, refused or too slow: not reachable from here.
    return false;
  }
}

/** Runs the example, gets its own source from its file route, stops it and returns both with its log. */
async function run(...flags: string[]): Promise<{ code: number; file: string; log: string }> {
  using folder = tempDir();
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", ...flags, example.pathname, "--set", `rest.port=${port}`],
    cwd: folder.path,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let file: string | undefined;
  try {
    file = await until("the file", async () => {
      const response = await fetch(`http://127.0.0.1:${port}/files/main.ts`);
      return await response.text();
    }, { retryErrors: true });
  } finally {
    child.kill("SIGTERM");
  }
  const { code } = await child.status;
  assert.equal(code, 0, await errors);
  return { code, file, log: await Deno.readTextFile(folder.join("std_handlers.log")) };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function check(result: Promise<{ file: string; log: string }>): Promise<void> {
  const { file, log } = await result;
  assert.equal(file, await Deno.readTextFile(example));
  assert.match(log, /^\S+Z INFO http Listening \{.*"port":\d+\}$/m);
}

Deno.test("std_handlers serves files and writes the log with handlers of the same shape", async () => {
  using folder = tempDir();
  const map = folder.join("import_map.json");
  const imports = {
    "jsr:@std/http@1.0.13/file-server": new URL("_std/file_server.ts", import.meta.url).href,
    "jsr:@std/log@0.224.14/file-handler": new URL("_std/file_handler.ts", import.meta.url).href,
  };
  await Deno.writeTextFile(map, JSON.stringify({ imports }));
  await check(run("--import-map", map));
});

Deno.test({
  name: "std_handlers type checks and works with the real @std/log and @std/http",
  ignore,
  async fn() {
    await check(run("--check"));
  },
});
