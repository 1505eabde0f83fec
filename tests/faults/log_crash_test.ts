import assert from "node:assert/strict";
import { fixture, until } from "../cim/logs/_fixture.ts";

const base = "amf-0_ns1_amf-c1";

Deno.test("kill -9 under load leaves no torn line in the middle of a log file", async () => {
  await using f = fixture();
  const writer = new URL("_log_writer.ts", import.meta.url).pathname;
  for (let life = 1; life <= 3; life++) {
    const first = life * 1_000_000;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", writer, f.folder, `${first}`],
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    const before = sizeOf(f.folder);
    await until("the child has written enough", () => sizeOf(f.folder) > before + 2_000_000);
    child.kill("SIGKILL");
    await child.status;
  }
  f.send("amf", "c1", "4000000 ");
  await f.route.flush();
  const text = f.names().map(f.text).join("");
  assert.ok(text.endsWith("\n"));
  const lines = text.slice(0, -1).split("\n");
  let previous = 0;
  for (const line of lines) {
    const number = parseInt(line);
    assert.equal(line, `${number} ${"x".repeat(number % 200)}`);
    const isNextLife = number % 1_000_000 === 0;
    assert.ok(isNextLife || number === previous + 1, `${number} after ${previous}`);
    previous = number;
  }
  assert.equal(previous, 4_000_000);
});

Deno.test("a write that was cut short by kill -9 is cut back to whole lines at the next start", async () => {
  await using f = fixture();
  await Deno.writeTextFile(`${f.folder}/${base}.log`, "1 x\n2 xx\n3 x");
  f.send("amf", "c1", "4 xxxx");
  await f.route.flush();
  assert.equal(f.text(`${base}.log`), "1 x\n2 xx\n4 xxxx\n");
  assert.deepEqual(f.logs.messages("warn"), ["Torn last line cut off the log file"]);
});

function sizeOf(folder: string): number {
  let size = 0;
  for (const { name } of Deno.readDirSync(folder)) {
    try {
      size += Deno.statSync(`${folder}/${name}`).size;
    } catch (error) {
      // Renamed by the child between the listing and the look.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return size;
}
