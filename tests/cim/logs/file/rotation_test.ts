import assert from "node:assert/strict";
import { backupName } from "../../../../cim/logs/file/mod.ts";
import { type Fixture, fixture, settingsOf, timers, until } from "../_fixture.ts";

const base = "amf-0_ns1_amf-c1";
const dayMs = 86_400_000;

/** Writes each line as a block of its own, `gapMs` apart. */
async function writeLines(f: Fixture, lines: readonly string[], gapMs = 1): Promise<void> {
  for (const line of lines) {
    f.send("amf", "c1", line);
    await f.route.flush();
    await f.clock.advance(gapMs);
  }
}

Deno.test("LogFile renames to a UTC backup before a write would exceed the maximum", async () => {
  await using f = fixture({ settings: { ...settingsOf(), maxFileBytes: 10 } });
  await writeLines(f, ["1234", "6789", "next"]);
  assert.deepEqual(f.names(), [`${base}-2026-01-01T00-00-00.002.log_bkp`, `${base}.log`]);
  assert.equal(f.text(`${base}-2026-01-01T00-00-00.002.log_bkp`), "1234\n6789\n");
  assert.equal(f.text(`${base}.log`), "next\n");
});

Deno.test("LogFile writes a line larger than the maximum to a file of its own", async () => {
  await using f = fixture({ settings: { ...settingsOf(), maxFileBytes: 10 } });
  const large = "x".repeat(300_000);
  await writeLines(f, ["a", large, "b"]);
  const texts = f.names().map(f.text);
  assert.deepEqual(texts, ["a\n", `${large}\n`, "b\n"]);
  assert.equal(f.files.book.delivered, 3);
});

Deno.test("LogFile makes no empty backup when the first line is larger than the maximum", async () => {
  await using f = fixture({ settings: { ...settingsOf(), maxFileBytes: 10 } });
  await writeLines(f, ["x".repeat(100)]);
  assert.deepEqual(f.names(), [`${base}.log`]);
});

Deno.test("LogFile keeps the newest backups up to their number", async () => {
  await using f = fixture({
    settings: { ...settingsOf(), maxFileBytes: 5, maxBackups: 2 },
  });
  await writeLines(f, ["1111", "2222", "3333", "4444", "5555"]);
  assert.deepEqual(f.names().map(f.text), ["3333\n", "4444\n", "5555\n"]);
});

Deno.test("LogFile gives two backups of the same millisecond different names", async () => {
  await using f = fixture({ settings: { ...settingsOf(), maxFileBytes: 5 } });
  await writeLines(f, ["1111", "2222", "3333"], 0);
  assert.deepEqual(f.names().map(f.text), ["1111\n", "2222\n", "3333\n"]);
});

Deno.test("LogFile names backups after the time of rotation when an older one is dated in the future", async () => {
  await using f = fixture({ settings: { ...settingsOf(), maxFileBytes: 5 } });
  const earlier = backupName(base, f.clock.now() + dayMs);
  await Deno.writeTextFile(`${f.folder}/${earlier}`, "earlier\n");
  await writeLines(f, ["1111", "2222"]);
  assert.deepEqual(f.names().map(f.text), ["1111\n", "earlier\n", "2222\n"]);
});

Deno.test("LogFile deletes backups that are too old, of this file only, when it opens it", async () => {
  await using f = fixture({ lmaas: { max_age: 2 } });
  const old = f.clock.now() - 2 * dayMs - 1;
  const young = f.clock.now() - 2 * dayMs;
  for (const name of [backupName(base, old), backupName(base, young), backupName("other", old)]) {
    await Deno.writeTextFile(`${f.folder}/${name}`, "");
  }
  await writeLines(f, ["a"]);
  assert.deepEqual(f.names(), [backupName(base, young), `${base}.log`, backupName("other", old)]);
});

Deno.test("LogFile deletes a backup that becomes too old while nothing is written", async () => {
  await using f = fixture({ idleMs: 30 * dayMs, lmaas: { max_age: 1 } });
  await using _timers = timers(f.route);
  // A look at backups while there are no files must not be the last one.
  await f.clock.advance(61_000);
  await Deno.writeTextFile(`${f.folder}/${backupName(base, f.clock.now())}`, "");
  await writeLines(f, ["a"]);
  assert.equal(f.names().length, 2);
  f.clock.setNow(f.clock.now() + dayMs + 1);
  await f.clock.advance(61_000);
  await until("the backup is gone", () => f.names().length === 1);
});

Deno.test("D-29 new limits of size, number and age apply to open files", async () => {
  await using f = fixture();
  await using _timers = timers(f.route);
  const other = "amf-0_ns1_smf-c1";
  for (const name of [base, other]) {
    for (const age of [1, 2, 3]) {
      const path = `${f.folder}/${backupName(name, f.clock.now() - age * dayMs)}`;
      await Deno.writeTextFile(path, "");
    }
  }
  f.send("smf", "c1", "1111");
  await writeLines(f, ["1111"]);
  assert.equal(f.names().length, 8);
  f.route.configure({ ...settingsOf(), maxFileBytes: 5, maxBackups: 1 });
  await f.clock.advance(1_000);
  await until("old backups of both files are gone", () => f.names().length === 4);
  f.send("smf", "c1", "2222");
  await writeLines(f, ["2222"]);
  assert.deepEqual(f.names().map(f.text), ["1111\n", "2222\n", "1111\n", "2222\n"]);
});

Deno.test("LogFile creates its file with mode 0644 in a folder with mode 0755, less the umask", async () => {
  await using f = fixture();
  const folder = `${f.folder}/deep/logs`;
  await using g = fixture({ folder });
  await writeLines(g, ["a"]);
  const modes = [folder, `${folder}/${base}.log`].map((path) => Deno.statSync(path).mode! & 0o777);
  const allowed = ~Deno.umask();
  assert.deepEqual(modes, [0o755 & allowed, 0o644 & allowed]);
});

Deno.test("LogFile appends to the file of a previous run and counts its size", async () => {
  await using f = fixture({ settings: { ...settingsOf(), maxFileBytes: 10 } });
  await Deno.writeTextFile(`${f.folder}/${base}.log`, "1234\n");
  await writeLines(f, ["6789", "next"]);
  assert.deepEqual(f.names().map(f.text), ["1234\n6789\n", "next\n"]);
});

for (
  const [what, before, after] of [
    ["a torn line behind whole ones", "one\ntwo\nthr", "one\ntwo\nnew\n"],
    ["nothing but a torn line", "torn", "new\n"],
    ["a torn line longer than a window of the search", `one\n${"x".repeat(70_000)}`, "one\nnew\n"],
    ["whole lines only", "one\n", "one\nnew\n"],
    ["a line feed exactly one window before the end", `\n${"x".repeat(65_536)}`, "\nnew\n"],
  ]
) {
  Deno.test(`LogFile opens a file with ${what} and leaves no torn line in its middle`, async () => {
    await using f = fixture();
    await Deno.writeTextFile(`${f.folder}/${base}.log`, before);
    await writeLines(f, ["new"]);
    assert.equal(f.text(`${base}.log`), after);
    assert.equal(f.route.telemetry.tornBytes, before.length + 4 - after.length);
  });
}

Deno.test("LogFile creates a file again that was deleted from outside", async () => {
  await using f = fixture();
  await writeLines(f, ["before"], 5_000);
  await Deno.remove(`${f.folder}/${base}.log`);
  await writeLines(f, ["after"]);
  assert.equal(f.text(`${base}.log`), "after\n");
});

Deno.test("LogFile writes to the new file when the file was replaced from outside", async () => {
  await using f = fixture();
  await writeLines(f, ["before"], 5_000);
  await Deno.rename(`${f.folder}/${base}.log`, `${f.folder}/moved`);
  await Deno.writeTextFile(`${f.folder}/${base}.log`, "theirs\n");
  await writeLines(f, ["after"]);
  assert.deepEqual([f.text(`${base}.log`), f.text("moved")], ["theirs\nafter\n", "before\n"]);
});

Deno.test("LogFile continues at the start, with the right size, when the file was truncated from outside", async () => {
  await using f = fixture({ settings: { ...settingsOf(), maxFileBytes: 10 } });
  await writeLines(f, ["before", "x"], 5_000);
  await Deno.truncate(`${f.folder}/${base}.log`, 0);
  await writeLines(f, ["after"]);
  assert.deepEqual(f.names().map(f.text), ["after\n"]);
});
