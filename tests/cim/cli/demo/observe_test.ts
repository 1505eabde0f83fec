import assert from "node:assert/strict";
import { checkSequence, metricValue, readLogFiles } from "../../../../cim/cli/demo/observe.ts";
import { tempDir } from "../../../_support/temp_dir.ts";

Deno.test("checkSequence() takes lines in order and names the first that is not", () => {
  checkSequence(["00000001 a", "00000002 b"]);
  checkSequence([]);
  assert.throws(() => checkSequence(["1 a", "3 b"]), /line 2 of the log files is "3 b"/);
  assert.throws(() => checkSequence(["1 a", ""]), /line 2 .* is ""/);
});

Deno.test("readLogFiles() reads rotated files oldest first and the live one last", async () => {
  using logsDir = tempDir();
  const logs = logsDir.path;
  const base = `${logs}/sample-0_demo_sample-0001`;
  await Deno.writeTextFile(`${base}.log`, "3\n4\n");
  await Deno.writeTextFile(`${base}-2026-01-01T00-00-01.000.log_bkp`, "2\n");
  await Deno.writeTextFile(`${base}-2026-01-01T00-00-00.000.log_bkp`, "1\n");
  await Deno.writeTextFile(`${logs}/sample-0_demo_cim-.log`, "other\n");
  assert.deepEqual(await readLogFiles({ logs }), { lines: ["1", "2", "3", "4"], files: 3 });
});

Deno.test("metricValue() sums the samples of exactly one metric", () => {
  const text = '# HELP a x\na{l="1"} 2\na{l="2"} 3.5\na_total 9\nb 7\n';
  assert.equal(metricValue(text, "a"), 5.5);
  assert.equal(metricValue(text, "b"), 7);
  assert.equal(metricValue(text, "c"), undefined);
});
