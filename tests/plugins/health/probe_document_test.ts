import assert from "node:assert/strict";
import { StatusBoard } from "../../../core/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { probeDocument } from "../../../plugins/health/probe_document.ts";

const build = { version: "1.2.3", date: "today", commit: "abc" };

/** A board with one plugin in each state, a second between the reports. */
async function board(): Promise<StatusBoard> {
  const clock = manualClock(1_000_500);
  const status = new StatusBoard({ clock });
  const report = (name: string) => status.register(name);
  report("starting");
  await clock.advance(1_000);
  report("well").ok();
  report("off").disabled("not configured");
  await clock.advance(1_000);
  report("ill").error("10.0.0.7:2379 does not answer");
  return status;
}

Deno.test("probeDocument() uses cn-infra's member names, numbers for states and seconds", async () => {
  assert.deepEqual(probeDocument((await board()).agent(), build, true), {
    build_version: "1.2.3",
    build_date: "today",
    state: 2,
    start_time: 1_000,
    last_change: 1_002,
    last_update: 1_002,
    commit_hash: "abc",
    reason: "ill: 10.0.0.7:2379 does not answer",
    PluginStatus: {
      starting: { state: 0, last_change: 1_000, last_update: 1_000 },
      well: { state: 1, last_change: 1_001, last_update: 1_001 },
      off: {
        state: 1,
        disabled: true,
        last_change: 1_001,
        last_update: 1_001,
        reason: "not configured",
      },
      ill: {
        state: 2,
        last_change: 1_002,
        last_update: 1_002,
        error: "10.0.0.7:2379 does not answer",
      },
    },
    NonFatalPlugins: [],
  });
});

Deno.test("D-89 probeDocument() shows peers of other machines the state only", async () => {
  assert.deepEqual(probeDocument((await board()).agent(), build, false), { state: 2 });
});
