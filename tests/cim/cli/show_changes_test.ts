import assert from "node:assert/strict";
import { assertHarmless, hostile } from "./_hostile.ts";
import { changeLines, ignoredLines } from "../../../cim/cli/show_changes.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const at = (seconds: number) => new Date(now - seconds * 1_000).toISOString();
const layout = { width: 60, hasColors: false, now };
const change = { level: "ms", dataKey: "app.json", revision: 3, attempts: 1, seenAt: at(600) };

Deno.test("changeLines() shows state, verdict, last time and reason of each change-set", () => {
  const lines = changeLines([
    { ...change, state: "committed", verdict: "applied", committedAt: at(300), reason: "" },
    { ...change, dataKey: "cim.json", revision: 14, state: "failed", attempts: 0, reason: "bad" },
    { ...change, level: "nf", revision: 15, state: "pushed", pushedAt: at(60) },
  ], layout);
  assert.deepEqual(lines, [
    "LEVEL  FILE      REVISION  STATE                ATTEMPTS  CHANGED",
    "ms     app.json  3         committed (applied)  1         5 min ago",
    "ms     cim.json  14        failed               0         10 min ago",
    "    bad",
    "nf     app.json  15        pushed               1         1 min ago",
  ]);
});

Deno.test("changeLines() wraps a long reason without breaking words", () => {
  const reason = "the application refused it ".repeat(8);
  const lines = changeLines([{ ...change, state: "failed", reason }], layout).slice(2);
  assert(lines.length > 1);
  for (const line of lines) assert(line.length <= layout.width && line.startsWith("    "), line);
});

Deno.test("changeLines() says so when there are no change-sets, and why if the agent knows it", () => {
  assert.deepEqual(changeLines([], layout), ["no change-sets"]);
  const reason = "Configuration push is off";
  assert.deepEqual(changeLines([], { ...layout, reason }), [`no change-sets: ${reason}`]);
});

Deno.test("changeLines() colours the state by its outcome", () => {
  const painted = (state: string, verdict?: string) =>
    changeLines([{ ...change, state, verdict }], { ...layout, hasColors: true })[1];
  assert(painted("committed", "applied").includes("\x1b[32m"));
  assert(painted("committed", "failed").includes("\x1b[31m"));
  assert(painted("pushed").includes("\x1b[33m"));
});

Deno.test("changeLines() shows a change-set that is sent again as retrying, with the reason", () => {
  const lines = changeLines([
    { ...change, state: "retrying", attempts: 4, reason: "connection refused" },
  ], layout);
  assert.deepEqual(lines.slice(1), [
    "ms     app.json  3         retrying  4         10 min ago",
    "    connection refused",
  ]);
});

Deno.test("ignoredLines() lists each ignored key with its reason, and nothing when there are none", () => {
  assert.deepEqual(ignoredLines([], layout), []);
  const key = "change-set/ns1/amf/v2/ms/app.json/5";
  assert.deepEqual(ignoredLines([{ key, reason: "it is for version v2" }], layout), [
    "",
    "ignored keys:",
    `  ${key}`,
    "    it is for version v2",
  ]);
});

Deno.test("changeLines() and ignoredLines() escape what a terminal acts on when a file, a reason or a key has it", () => {
  const lines = [
    ...changeLines([{ ...change, state: "failed", dataKey: hostile, reason: hostile }], layout),
    ...ignoredLines([{ key: hostile, reason: hostile }], layout),
  ];
  assertHarmless(lines);
  assert.equal(lines.filter((line) => line.includes("\\x1b]0;title")).length, 4);
});
