import assert from "node:assert/strict";
import { statusLines } from "../../../cim/cli/show_status.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const at = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
const layout = { width: 80, hasColors: false, isComplete: false, now };
const plugin = (name: string, state: string, reason = "", minutes = 90) => ({
  name,
  state,
  reason,
  since: at(minutes),
});
const answer = {
  state: "degraded",
  reason: "config_push: waiting",
  since: at(4),
  plugins: [
    plugin("http", "ok"),
    plugin("config_push", "degraded", `1 change-set waits: ${"connection refused ".repeat(6)}`, 4),
    plugin("etcd", "disabled"),
    plugin("logs", "error", "Cannot write /opt/logs", 2),
    plugin("registration", "ok", "no application has registered yet"),
  ],
};

Deno.test("statusLines() prints the worst problems first and healthy plugins in one line", () => {
  assert.deepEqual(statusLines(answer, layout), [
    "agent: degraded for 4 min",
    "",
    "logs: error for 2 min",
    "  Cannot write /opt/logs",
    "",
    "config_push: degraded for 4 min",
    "  1 change-set waits: connection refused connection refused connection refused",
    "  connection refused connection refused connection refused",
    "",
    "note: registration: no application has registered yet",
    "5 plugins: 2 ok, 1 disabled; cim status --all lists them",
  ]);
});

Deno.test("statusLines() prints two lines when there is nothing to report", () => {
  const fine = { state: "ok", since: at(0), plugins: [plugin("http", "ok")] };
  assert.deepEqual(statusLines(fine, layout), [
    "agent: ok for 0 s",
    "",
    "1 plugin: 1 ok, 0 disabled; cim status --all lists them",
  ]);
});

Deno.test("statusLines() lists every plugin, problems first, when asked for all", () => {
  const lines = statusLines(answer, { ...layout, isComplete: true });
  assert.deepEqual(lines.slice(-6), [
    "PLUGIN        STATE     SINCE",
    "logs          error     2 min ago",
    "config_push   degraded  4 min ago",
    "http          ok        1 h ago",
    "etcd          disabled  1 h ago",
    "registration  ok        1 h ago",
  ]);
});

Deno.test("statusLines() stays within the width and does not break words", () => {
  for (const width of [40, 80]) {
    const lines = statusLines(answer, { ...layout, width });
    const words = lines.slice(0, -1).flatMap((line) => line.split(/\s+/));
    assert.equal(words.filter((word) => word === "refused").length, 6);
    for (const line of lines.slice(0, -1)) assert(line.length <= width, line);
  }
});

Deno.test("statusLines() colours states on a terminal only", () => {
  const colors = statusLines(answer, { ...layout, hasColors: true }).join("\n");
  assert(colors.includes("agent: \x1b[33mdegraded\x1b[0m"));
  assert(colors.includes("logs: \x1b[31merror\x1b[0m"));
  assert(!statusLines(answer, layout).join("").includes("\x1b"));
});
