/** A log folder on a file system of half a MiB that fills up in the middle of a block. Needs the right to mount. */
import assert from "node:assert/strict";
import { fixture, until } from "../cim/logs/_fixture.ts";
import { tempDir } from "../_support/temp_dir.ts";

/** A small file system of its own; undefined where mounting is not allowed. */
async function smallDisk(): Promise<(AsyncDisposable & { readonly folder: string }) | undefined> {
  using stack = new DisposableStack();
  const folder = stack.use(tempDir()).path;
  if (!await run("mount", "-t", "tmpfs", "-o", "size=512k,nr_inodes=64", "tmpfs", folder)) {
    return undefined;
  }
  const mounted = stack.move();
  return {
    folder,
    async [Symbol.asyncDispose]() {
      await run("umount", folder);
      mounted.dispose();
    },
  };
}

async function run(command: string, ...args: string[]): Promise<boolean> {
  try {
    const options = { args, stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(command, options).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const probe = Deno.uid() === 0 ? await smallDisk() : undefined;
const canMount = probe !== undefined;
await probe?.[Symbol.asyncDispose]();

Deno.test({
  name: "D-53 a disk that fills up in the middle of a block costs no line and doubles none",
  ignore: !canMount,
  async fn() {
    const disk = await smallDisk();
    assert.ok(disk !== undefined);
    await using _disk = disk;
    await Deno.writeFile(`${disk.folder}/filler`, new Uint8Array(300_000));
    await using f = fixture({
      folder: disk.folder,
      maxBufferedBytes: 1_048_576,
      blockBytes: 65_536,
    });
    const lines = Array.from({ length: 4_000 }, (_, i) => `${i} ${"x".repeat(90)}`);
    for (const line of lines) f.send("amf", "c1", line);
    const flushed = f.route.flush();
    await until("the disk is full", () => f.route.telemetry.writeFailures > 0);
    const { book } = f.files;
    assert.ok(book.delivered > 0 && book.inFlight > 0, `${book.delivered} delivered`);
    assert.equal(book.unaccounted, 0);
    await Deno.remove(`${disk.folder}/filler`);
    await f.clock.advance(20_000);
    await flushed;
    assert.deepEqual(f.text("amf-0_ns1_amf-c1.log"), lines.map((line) => `${line}\n`).join(""));
    assert.deepEqual([book.delivered, book.unaccounted], [lines.length, 0]);
  },
});
