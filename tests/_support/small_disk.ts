import assert from "node:assert/strict";
import { tempDir } from "./temp_dir.ts";

/** A file system of its own that a test can fill; unmounted and removed when disposed. */
export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly folder: string;
  /** Uses up all space. */
  fill(): Promise<void>;
  /** Gives the space that {@linkcode fill} used back. */
  free(): Promise<void>;
  /** Lets nothing be written any more; whether that was possible. */
  makeReadOnly(): Promise<boolean>;
}

/** Mounts a tmpfs with these options, such as `size=512k`; undefined where mounting is not allowed. */
export async function smallDisk(options: string): Promise<SmallDisk | undefined> {
  if (Deno.uid() !== 0) return undefined;
  using stack = new DisposableStack();
  const folder = stack.use(tempDir()).path;
  if (!await run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder)) return undefined;
  const mounted = stack.move();
  return {
    folder,
    async fill() {
      using file = await Deno.open(`${folder}/fill`, { create: true, append: true });
      const block = new Uint8Array(4_096).fill(120);
      await assert.rejects(async () => {
        while (true) await file.write(block);
      }, /No space left/);
    },
    free: () => Deno.remove(`${folder}/fill`),
    makeReadOnly: () => run("mount", "-o", "remount,ro", folder),
    async [Symbol.asyncDispose]() {
      assert(await run("umount", folder), `cannot unmount ${folder}`);
      mounted.dispose();
    },
  };
}

/** Whether this process may mount file systems. */
export async function canMount(): Promise<boolean> {
  const disk = await smallDisk("size=64k");
  await disk?.[Symbol.asyncDispose]();
  return disk !== undefined;
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
