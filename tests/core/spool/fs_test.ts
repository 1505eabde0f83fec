import assert from "node:assert/strict";
import { Spool } from "../../../core/spool/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const program = `
  delete Deno.FsFile.prototype.tryLock;
  const [folder, module] = Deno.args;
  const { Spool, spoolOwner } = await import(module);
  console.log(await spoolOwner(folder));
  console.log(await Spool.open({ folder }).then(() => "opened", ({ code, message }) => code + message));
  Deno.exit(0);
`;

/** Runs the program in a runtime that can only wait for a lock; what it printed. */
async function withoutTryLock(folder: string): Promise<string[]> {
  const module = new URL("../../../core/spool/mod.ts", import.meta.url).href;
  const args = ["run", "-A", "--no-check", "-", folder, module];
  const signal = AbortSignal.timeout(60_000);
  const process = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "piped",
    stdout: "piped",
    signal,
  }).spawn();
  const input = process.stdin.getWriter();
  await input.write(new TextEncoder().encode(program));
  await input.close();
  const { stdout, code, signal: killed } = await process.output();
  assert.equal(code, 0, killed ?? "");
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("a spool in use is named with its process, also by runtimes that can only wait for a lock", async () => {
  using folder = tempDir();
  {
    await using _spool = await Spool.open({ folder: folder.path });
    const [owner, opened] = await withoutTryLock(folder.path);
    assert.equal(owner, `${Deno.pid}`);
    assert.match(opened, new RegExp(`^spool_in_use.*process ${Deno.pid} uses it`));
  }
  assert.deepEqual(await withoutTryLock(folder.path), ["undefined", "opened"]);
});
