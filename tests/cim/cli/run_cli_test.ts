import assert from "node:assert/strict";
import { runCli } from "../../../cim/cli/mod.ts";
import { table } from "../../../cim/cli/table.ts";
import { recordingIo } from "./_io.ts";

Deno.test("runCli() answers on out and complains on err", async () => {
  const fine = recordingIo();
  assert.equal(await runCli(["--version"], fine), 0);
  assert.equal(fine.outLines.length, 1);
  assert.deepEqual(fine.errLines, []);
  const wrong = recordingIo();
  assert.equal(await runCli(["--nothing"], wrong), 2);
  assert.deepEqual(wrong.outLines, []);
  assert.match(wrong.errLines[0], /unknown option '--nothing'/);
});

Deno.test("runCli() hides the command that only the demo uses", async () => {
  const io = recordingIo();
  await runCli(["--help"], io);
  assert.doesNotMatch(io.outLines.join("\n"), /sample-app/);
});

Deno.test("runCli() takes --set as often as it is given, and the environment below it", async () => {
  const io = recordingIo({ CIM_REST_PORT: "1111", CIM_NATS_PORT: "2222" });
  const sets = ["--set", "rest.port=3333", "--set", "own_log.level=debug"];
  assert.equal(await runCli(["config", "show", ...sets], io), 0);
  for (
    const line of ["  port: 3333 # --set", "  port: 2222 # environment", "  level: debug # --set"]
  ) {
    assert(io.outLines.includes(line), line);
  }
});

Deno.test("runCli() warns of a bad number in XGVela's variables and goes on", async () => {
  const io = recordingIo({ CIM_REST_PORT: "many" });
  assert.equal(await runCli(["validate"], io), 0);
  assert.match(io.errLines.join(), /warning: environment: CIM_REST_PORT: "many".*using 6060/);
});

Deno.test("table() aligns columns and pads no last one", () => {
  assert.deepEqual(table([["A", "LONG", "B"], ["1", "2", "3"], ["wide", "x", ""]]), [
    "A     LONG  B",
    "1     2     3",
    "wide  x",
  ]);
});
