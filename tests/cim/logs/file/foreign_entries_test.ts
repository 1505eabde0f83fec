/** What others may put in place of a log file, in a folder that all pods of a node share. */
import assert from "node:assert/strict";
import { LogFolder } from "../../../../cim/logs/file/mod.ts";
import { tempDir } from "../../../_support/temp_dir.ts";
import { type Fixture, fixture, settingsOf, until } from "../_fixture.ts";

const file = "amf-0_ns1_amf-c1.log";
const isRoot = Deno.uid() === 0;

async function makeFifo(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert.ok(success);
}

/** Waits until an attempt to write failed, and returns what the status says. */
async function refusal(f: Fixture, health: readonly string[]): Promise<string> {
  f.files.flushAll();
  await until("the attempt failed", () => f.route.telemetry.writeFailures > 0);
  return health.at(-1) ?? "";
}

const foreign: readonly [
  what: string,
  put: (target: string, path: string) => Promise<void>,
  reason: RegExp,
][] = [
  ["a symbolic link", (target, path) => Deno.symlink(target, path), /it is a symbolic link/],
  ["a hard link", (target, path) => Deno.link(target, path), /it has several hard links/],
  ["a link to a device", (_, path) => Deno.symlink("/dev/null", path), /it is a symbolic link/],
  ["a FIFO", (_, path) => makeFifo(path), /it is not a regular file/],
  ["a folder", (_, path) => Deno.mkdir(path), /it is a folder/],
];

for (const [what, put, reason] of foreign) {
  Deno.test(`LogFile neither writes to nor cuts what ${what} in its place leads to, and says so`, async () => {
    using other = tempDir();
    const target = other.join("target");
    await Deno.writeTextFile(target, "whole\nand a last line without end");
    const health: string[] = [];
    await using f = fixture({
      onHealth: (now) => health.push(now.state === "ok" ? "ok" : now.reason),
    });
    await put(target, `${f.folder}/${file}`);
    f.send("amf", "c1", "kept");
    assert.match(await refusal(f, health), reason);
    assert.match(health.at(-1) ?? "", /^Cannot write log file ".*"/);
    assert.equal(await Deno.readTextFile(target), "whole\nand a last line without end");
    const [entry] = f.logs.entries.filter(({ level }) => level === "error");
    assert.match(`${entry.fields.error}`, /log_unwritable/);
    await Deno.remove(`${f.folder}/${file}`);
    await f.clock.advance(5_000);
    await f.route.flush();
    assert.deepEqual([f.text(file), health.at(-1)], ["kept\n", "ok"]);
  });
}

Deno.test("LogFile does not create the target of a dangling link", async () => {
  using other = tempDir();
  await using f = fixture();
  await Deno.symlink(other.join("created"), `${f.folder}/${file}`);
  f.send("amf", "c1", "kept");
  f.files.flushAll();
  await until("the attempt failed", () => f.route.telemetry.writeFailures > 0);
  assert.deepEqual([...Deno.readDirSync(other.path)], []);
});

for (const link of ["symlink", "link"] as const) {
  Deno.test(`LogFile stops writing within a second to a file that a ${link} replaced`, async () => {
    using other = tempDir();
    const target = other.join("target");
    await Deno.writeTextFile(target, "not ours\n");
    await using f = fixture();
    f.send("amf", "c1", "before");
    await f.route.flush();
    await Deno.remove(`${f.folder}/${file}`);
    await Deno[link](target, `${f.folder}/${file}`);
    await f.clock.advance(1_000);
    f.send("amf", "c1", "kept");
    f.files.flushAll();
    await until("the attempt failed", () => f.route.telemetry.writeFailures > 0);
    assert.equal(await Deno.readTextFile(target), "not ours\n");
  });
}

Deno.test("LogFolder.open() never returns a file that was replaced by a link while it was opened", async () => {
  using other = tempDir();
  using folder = tempDir();
  const [target, path] = [other.join("target"), folder.join(file)];
  await Deno.writeTextFile(target, "not ours\n");
  const { ino } = await Deno.stat(target);
  const logFolder = new LogFolder({ path: folder.path, fileMode: 0o644, folderMode: 0o755 });
  let isOver = false;
  let swaps = 0;
  const swapping = (async () => {
    for (; !isOver; swaps++) {
      await Deno.symlink(target, `${path}.link`);
      await Deno.rename(`${path}.link`, path);
      await Deno.writeTextFile(`${path}.plain`, "");
      await Deno.rename(`${path}.plain`, path);
    }
  })();
  let opened = 0;
  let refused = 0;
  for (const end = performance.now() + 1_000; performance.now() < end;) {
    try {
      const { file, info } = await logFolder.open(path);
      assert.notEqual(info.ino, ino);
      await file.write(new Uint8Array(1));
      file.close();
      opened++;
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), `${error}`);
      refused++;
    }
  }
  isOver = true;
  await swapping;
  assert.equal(await Deno.readTextFile(target), "not ours\n");
  assert.ok(opened > 0 && refused > 0 && swaps > 10, `${opened} opened, ${refused} refused`);
});

Deno.test({
  name: "LogFile makes a backup of a torn file of another user instead of cutting it",
  ignore: !isRoot,
  async fn() {
    await using f = fixture();
    await Deno.writeTextFile(`${f.folder}/${file}`, "whole\ntorn");
    await Deno.chown(`${f.folder}/${file}`, 12_345, 12_345);
    f.send("amf", "c1", "ours");
    await f.route.flush();
    assert.deepEqual(f.names().map(f.text), ["whole\ntorn", "ours\n"]);
    assert.equal(f.route.telemetry.tornBytes, 0);
  },
});

Deno.test("LogFile leaves nothing but its log files in the folder", async () => {
  await using f = fixture();
  await Deno.writeTextFile(`${f.folder}/${file}`, "whole\ntorn");
  f.files.tick();
  f.send("amf", "c1", "ours");
  await f.route.flush();
  await until("the probe is over", () => f.names().length === 1);
  assert.deepEqual(f.names(), [file]);
});

Deno.test("logs.file_mode and logs.folder_mode narrow the modes of what the agent creates", async () => {
  using outer = tempDir();
  const folder = outer.join("logs");
  await using f = fixture({ folder, fileMode: 0o600, folderMode: 0o700 });
  f.send("amf", "c1", "a");
  await f.route.flush();
  const modes = [folder, `${folder}/${file}`].map((path) => Deno.statSync(path).mode! & 0o777);
  assert.deepEqual(modes, [0o700, 0o600]);
});

for (const what of ["a FIFO", "a link"]) {
  Deno.test(`LogRoute.close() gives up ${what} in place of a log file after three seconds`, async () => {
    await using f = fixture();
    const path = `${f.folder}/${file}`;
    if (what === "a FIFO") await makeFifo(path);
    else await Deno.symlink("/dev/full", path);
    f.send("amf", "c1", "lost");
    f.send("smf", "c1", "written");
    const closing = f.route.close(new AbortController().signal);
    await until("the attempt failed", () => f.route.telemetry.writeFailures > 0);
    await f.clock.advance(3_000);
    assert.equal(await closing, 1);
    const { book } = f.files;
    assert.deepEqual([book.delivered, book.dropped.get("unwritten_at_stop")], [1, 1]);
    assert.equal(book.unaccounted, 0);
  });
}

Deno.test("LogRoute.close() waits for a file that makes progress, however slow it is", async () => {
  const lines = 5;
  let release = () => {};
  const slow = {
    write(bytes: Uint8Array) {
      return new Promise<number>((resolve) => release = () => resolve(Math.min(100, bytes.length)));
    },
  };
  await using f = fixture({
    stdout: slow,
    isRaw: true,
    settings: settingsOf({ logging_mode: "STDOUT" }),
  });
  for (let line = 0; line < lines; line++) f.send("amf", "c1", "x".repeat(99));
  let isClosed = false;
  const closing = f.route.close(new AbortController().signal).then(() => isClosed = true);
  for (let line = 0; line < lines; line++) {
    await f.clock.advance(2_000);
    assert.equal(isClosed, false);
    release();
  }
  await f.clock.advance(0);
  await closing;
  assert.deepEqual([f.stdout.book.delivered, f.stdout.book.unaccounted], [lines, 0]);
});
