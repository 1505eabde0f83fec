import assert from "node:assert/strict";
import { LocalStore } from "../../plugins/localkv/mod.ts";
import { until as poll } from "../_support/until.ts";
import { tempDir } from "../_support/temp_dir.ts";

const writer = new URL("./_localkv_writer.ts", import.meta.url).pathname;

/** Starts a writer process and records the last number that it printed. */
function startWriter(folder: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", writer, folder],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = { last: 0 };
  const done = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      if (lines.length > 0) printed.last = Number(lines.at(-1));
    }
  })();
  return { child, printed, done };
}

/** Polls until the condition holds. */
function until(condition: () => boolean | Promise<boolean>): Promise<true> {
  return poll(`${condition}`, condition, { everyMs: 50 });
}

Deno.test("LocalStore keeps every completed write when its process is killed", async () => {
  using dir = tempDir();
  const folder = dir.path;
  let written = 0;
  for (let round = 0; round < 4; round++) {
    const { child, printed, done } = startWriter(folder);
    await until(() => printed.last > written + 200);
    child.kill("SIGKILL");
    const errors = await new Response(child.stderr).text();
    await child.status;
    await done;
    assert.equal(errors, "");

    await using store = LocalStore.open({ folder });
    const revision = await store.revision();
    assert(revision >= printed.last, `${revision} of ${printed.last} are left`);
    const left = await Array.fromAsync(store.list("left/"));
    const right = await Array.fromAsync(store.list("right/"));
    assert.equal(left.length, 50);
    assert.deepEqual(left.map(({ revision }) => revision), right.map(({ revision }) => revision));
    assert.deepEqual(left.map(({ value }) => value), right.map(({ value }) => value));
    for (const entry of left) {
      assert.equal(parseInt(new TextDecoder().decode(entry.value)), entry.revision);
    }
    written = revision;
  }
});

Deno.test("LocalStore.open() names the process that uses the folder, and succeeds when that was killed", async () => {
  using dir = tempDir();
  const folder = dir.path;
  const { child, printed, done } = startWriter(folder);
  await until(() => printed.last > 0);
  assert.throws(() => LocalStore.open({ folder }), (error: Error & { code?: string }) => {
    assert.equal(error.code, "store_owned");
    assert(error.message.includes(folder) && error.message.includes(`process ${child.pid} `));
    assert(error.message.includes("localkv.folder"), "the message names the remedy");
    return true;
  });
  child.kill("SIGKILL");
  await child.stderr.cancel();
  await child.status;
  await done;
  await using store = LocalStore.open({ folder });
  assert(await store.revision() >= printed.last);
  await store.close();
});
