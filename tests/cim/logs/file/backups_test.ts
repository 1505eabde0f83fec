import assert from "node:assert/strict";
import { backupName, Backups } from "../../../../cim/logs/file/mod.ts";
import { tempDir } from "../../../_support/temp_dir.ts";
import { fixture, settingsOf } from "../_fixture.ts";

const now = Date.UTC(2026, 0, 31);
const dayMs = 86_400_000;

/** A folder with backups of `app` made that many days before (or, if negative, after) `now`. */
async function folderWith(ages: readonly number[]) {
  const folder = tempDir();
  for (const age of ages) {
    await Deno.writeTextFile(folder.join(backupName("app", now - age * dayMs)), `${age}`);
  }
  return folder;
}

function contents(folder: { path: string }): string[] {
  const names = [...Deno.readDirSync(folder.path)].filter(({ isFile }) => isFile).map((e) =>
    e.name
  );
  return names.sort().map((name) => Deno.readTextFileSync(`${folder.path}/${name}`));
}

const forbid = (_path: string, error: unknown) => {
  throw error;
};

Deno.test("Backups.prune() deletes the others when one backup cannot be deleted, and tries it again", async () => {
  using folder = await folderWith([5, 4, 2, 1]);
  const stuck = folder.join(backupName("app", now - 3 * dayMs));
  // A folder that is not empty cannot be deleted, not even by root.
  await Deno.mkdir(stuck);
  await Deno.writeTextFile(`${stuck}/inside`, "");
  const backups = new Backups(folder.path, "app");
  const failures: string[] = [];
  const prune = () =>
    backups.prune({ maxBackups: 1, maxAgeMs: 99 * dayMs }, now, (path) => failures.push(path));
  await prune();
  assert.deepEqual([contents(folder), failures], [["1"], [stuck]]);
  await prune();
  assert.deepEqual(failures, [stuck, stuck]);
  await Deno.remove(`${stuck}/inside`);
  await prune();
  await prune();
  assert.deepEqual([failures.length, [...Deno.readDirSync(folder.path)].length], [2, 1]);
});

Deno.test("Backups.add() names a backup after the present although another is dated in the future", async () => {
  using folder = await folderWith([-400]);
  const backups = new Backups(folder.path, "app");
  for (let count = 0; count < 2; count++) {
    await Deno.writeTextFile(folder.join("app.log"), `new ${count}`);
    await backups.add(now);
  }
  assert.deepEqual(contents(folder), ["new 0", "new 1", "-400"]);
});

Deno.test("Backups.prune() counts backups dated in the future as the oldest", async () => {
  using folder = await folderWith([-30, -20, 2, 1]);
  const backups = new Backups(folder.path, "app");
  await Deno.writeTextFile(folder.join("app.log"), "new");
  await backups.add(now);
  await backups.prune({ maxBackups: 4, maxAgeMs: 99 * dayMs }, now, forbid);
  assert.deepEqual(contents(folder), ["2", "1", "new", "-30"]);
  await backups.prune({ maxBackups: 2, maxAgeMs: 99 * dayMs }, now, forbid);
  assert.deepEqual(contents(folder), ["1", "new"]);
});

Deno.test("Backups.add() overwrites nothing, not even what appeared after the folder was listed", async () => {
  using folder = await folderWith([]);
  const backups = new Backups(folder.path, "app");
  await backups.prune({ maxBackups: 9, maxAgeMs: 99 * dayMs }, now, forbid);
  await Deno.writeTextFile(folder.join(backupName("app", now)), "not ours");
  await Deno.writeTextFile(folder.join("app.log"), "ours");
  await backups.add(now);
  assert.deepEqual(contents(folder), ["not ours", "ours"]);
});

Deno.test("LogFile goes on and counts the failure when a backup cannot be deleted", async () => {
  await using f = fixture({ settings: { ...settingsOf(), maxFileBytes: 5, maxBackups: 1 } });
  const stuck = `${f.folder}/${backupName("amf-0_ns1_amf-c1", f.clock.now() - dayMs)}`;
  await Deno.mkdir(stuck);
  await Deno.writeTextFile(`${stuck}/inside`, "");
  for (const line of ["1111", "2222", "3333"]) {
    f.send("amf", "c1", line);
    await f.route.flush();
    await f.clock.advance(1);
  }
  const files = f.names().filter((name) => `${f.folder}/${name}` !== stuck);
  assert.deepEqual(files.map(f.text), ["2222\n", "3333\n"]);
  assert.ok(f.route.telemetry.pruneFailures > 0);
  assert.equal(f.files.book.delivered, 3);
});
