import assert from "node:assert/strict";
import { reportFailure, UsageError } from "../../../cim/cli/exit_code.ts";
import { AgentError, ConfigError } from "../../../core/mod.ts";
import { recordingIo } from "./_io.ts";

const problem = { origin: "cim.yaml", path: "rest.port", message: "bad" };

Deno.test("reportFailure() gives 1 for failures, 2 for usage, 3 for invalid configuration", () => {
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

Deno.test("reportFailure() prints each error once, with its causes and one code", () => {
  const io = recordingIo();
  reportFailure(new AgentError("closed", "outer", { cause: new Error("inner") }), io);
  reportFailure(new AggregateError([new Error("one"), new Error("two"), new Error("one")]), io);
  reportFailure(new ConfigError([problem]), io);
  assert.deepEqual(io.errLines, [
    "cim: outer: inner (closed)",
    "cim: one",
    "cim: two",
    "cim: Cannot use the configuration, 1 problem (config_invalid):\n  cim.yaml: rest.port: bad",
  ]);
  assert.deepEqual(io.outLines, []);
});

Deno.test("reportFailure() prints the code of the cause when a plugin failed because of it", () => {
  const io = recordingIo();
  const taken = new AgentError("address_in_use", "port 1 is in use");
  reportFailure(new AgentError("plugin_failed", "Cannot start http", { cause: taken }), io);
  reportFailure(new AgentError("plugin_failed", "Cannot start http"), io);
  assert.deepEqual(io.errLines, [
    "cim: Cannot start http: port 1 is in use (address_in_use)",
    "cim: Cannot start http (plugin_failed)",
  ]);
});

Deno.test("reportFailure() prints a failed start as one sentence with its remedy, without steps and system calls", () => {
  const io = recordingIo();
  const cause = new Error("Address already in use (os error 98)");
  const taken = new AgentError(
    "address_in_use",
    "Cannot listen on :1: it is taken; set rest.port",
    {
      cause,
    },
  );
  const text = `Cannot start plugin http: init failed: ${taken.message}: ${cause.message}`;
  reportFailure(new AgentError("plugin_failed", text, { cause: taken }), io);
  reportFailure(
    new AgentError("config_unreadable", "Cannot read /x", {
      cause: new Error("No such file or directory (os error 2): readfile '/x'"),
    }),
    io,
  );
  assert.deepEqual(io.errLines, [
    "cim: Cannot listen on :1: it is taken; set rest.port (address_in_use)",
    "cim: Cannot read /x: No such file or directory (config_unreadable)",
  ]);
});

Deno.test("reportFailure() escapes what a terminal acts on when an error repeats a text of others, and keeps its lines", () => {
  const lines: string[] = [];
  for (const error of [new UsageError("a\nb\x1b"), new Error("c\nd\u202e")]) {
    reportFailure(error, { err: (line) => lines.push(line) });
  }
  assert.deepEqual(lines, ["cim: a\nb\\x1b", "cim: c\nd\\u202e"]);
});
