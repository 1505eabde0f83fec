import assert from "node:assert/strict";
import { backupName } from "../../../../cim/logs/file/mod.ts";
import { type Fixture, fixture, timers, until } from "../_fixture.ts";

const dayMs = 86_400_000;
const former = "amf-0_ns1_amf-c0";
const current = "amf-0_ns1_amf-c1";

/** Writes a file that was last changed that many days ago. */
async function leave(f: Fixture, name: string, ageDays: number): Promise<void> {
  const path = `${f.folder}/${name}`;
  await Deno.writeTextFile(path, `${name}\n`);
  const time = new Date(f.clock.now() - ageDays * dayMs);
  await Deno.utime(path, time, time);
}

Deno.test("D-66 files of former containers of the pod are deleted when they are too old or too many, and no others", async () => {
  await using f = fixture({ lmaas: { max_age: 5, max_backup_files: 2 } });
  const backup = (base: string, ageDays: number) =>
    backupName(base, f.clock.now() - ageDays * dayMs);
  const kept = [
    // Of a former container, young enough.
    `${former}.log`,
    backup(former, 1),
    backup(former, 2),
    // Files of other pods and files without a pod in their name, however old.
    "amf-1_ns1_amf-c0.log",
    "amf-0_ns2_amf-c0.log",
    backup("amf-1_ns1_amf-c0", 9),
    "amf-0_ns1_notes.txt",
  ].toSorted();
  for (const name of kept) await leave(f, name, name === `${former}.log` ? 4 : 9);
  const gone = ["amf-0_ns1_smf-c0.log", backup(former, 3), backup("amf-0_ns1_upf-c9", 6)];
  for (const name of gone) await leave(f, name, 9);
  await using _timers = timers(f.route);
  await f.clock.advance(61_000);
  await until("the old files are gone", () => f.names().length === kept.length);
  assert.deepEqual(f.names(), kept);
});

Deno.test("D-66 a file that is open is never deleted, and one that was closed can be written again", async () => {
  await using f = fixture({ lmaas: { max_age: 1 }, idleMs: 3 * dayMs });
  await using _timers = timers(f.route);
  f.send("amf", "c1", "first");
  await f.route.flush();
  const path = `${f.folder}/${current}.log`;
  await leave(f, `${former}.log`, 2);
  await Deno.utime(path, new Date(f.clock.now() - 2 * dayMs), new Date(f.clock.now() - 2 * dayMs));
  await f.clock.advance(61_000);
  await until("the file of the former container is gone", () => f.names().length === 1);
  assert.deepEqual(f.names(), [`${current}.log`]);
  f.send("amf", "c1", "second");
  await f.route.flush();
  assert.equal(f.text(`${current}.log`), "first\nsecond\n");
});

Deno.test("D-66 nothing is deleted when the pod is not known, and a folder that does not exist is no failure", async () => {
  await using f = fixture({ owner: { podName: "", namespace: "" }, lmaas: { max_age: 1 } });
  // In this mode the folder is not probed, and so not created.
  await using g = fixture({
    folder: `${f.folder}/missing`,
    lmaas: { logging_mode: "STDOUT" },
  });
  await leave(f, "__amf-c0.log", 9);
  await using _timers = timers(f.route);
  await using _others = timers(g.route);
  await f.clock.advance(61_000);
  await g.clock.advance(61_000);
  assert.deepEqual(f.names(), ["__amf-c0.log"]);
  assert.equal(g.route.telemetry.pruneFailures, 0);
});
