import assert from "node:assert/strict";
import { reportFailure, UsageError } from "../../../cim/cli/exit_code.ts";
import { AgentError, ConfigError } from "../../../core/mod.ts";
import { recordingIo } from "./_io.ts";

const problem = { origin: "cim.yaml", path: "rest.port", message: "bad" };

Deno.test("reportFailure() gives 1 for what failed, 2 for usage, 3 for bad configuration", () => {
  const invalid = new ConfigError([problem]);
  const cases: [unknown, number][] = [
    [new Error("broken"), 1],
    [new AgentError("address_in_use", "taken"), 1],
    ["a text", 1],
    [new UsageError("no such thing"), 2],
    [invalid, 3],
    [new AgentError("config_unreadable", "gone"), 3],
    [new AgentError("plugin_failed", "no start", { cause: invalid }), 3],
    [new AggregateError([invalid, new Error("later")], "both", { cause: invalid }), 3],
    [new AggregateError([new Error("first"), invalid], "both", { cause: new Error("first") }), 1],
  ];
  for (const [error, code] of cases) assert.equal(reportFailure(error, recordingIo()), code);
});

Deno.test("reportFailure() tells the message with its causes, and every part of several", () => {
  const io = recordingIo();
  reportFailure(new AgentError("closed", "outer", { cause: new Error("inner") }), io);
  reportFailure(new AggregateError([new Error("one"), new Error("two")]), io);
  reportFailure(new ConfigError([problem]), io);
  assert.deepEqual(io.errLines, [
    "cim: outer: inner",
    "cim: one",
    "cim: two",
    "cim: Cannot use the configuration, 1 problem:\n  cim.yaml: rest.port: bad",
  ]);
  assert.deepEqual(io.outLines, []);
});
