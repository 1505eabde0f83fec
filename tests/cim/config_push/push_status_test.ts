import assert from "node:assert/strict";
import { manualClock } from "../../../core/testing/mod.ts";
import { type PushConditions, PushStatus } from "../../../cim/config_push/push_status.ts";

const calm: PushConditions = {
  pending: 0,
  since: undefined,
  blockedBy: undefined,
  uncommitted: 0,
  isCommitFailing: false,
};

function setUp() {
  const clock = manualClock();
  const reports: string[] = [];
  const state = { conditions: calm };
  const write = (kind: string) => (reason: string | Error = "") =>
    void reports.push(`${kind} ${reason}`.trim());
  const status = new PushStatus(
    {
      ok: write("ok"),
      degraded: write("degraded"),
      error: write("error"),
      init: write("init"),
      disabled: write("disabled"),
    },
    clock,
    () => state.conditions,
  );
  return { clock, reports, state, status };
}

function synced(status: PushStatus): void {
  status.onSync({ state: "synced", sinceMs: 0, resyncs: 0 });
}

Deno.test("the status is degraded with number, time and reason while change-sets are blocked", async () => {
  const { clock, reports, state, status } = setUp();
  synced(status);
  state.conditions = { ...calm, pending: 3, since: 0, blockedBy: "k not delivered: refused" };
  status.changed();
  await clock.advance(0);
  state.conditions = calm;
  status.changed();
  await clock.advance(1_000);
  assert.deepEqual(reports, [
    "ok",
    "degraded 3 change-sets waiting since 1970-01-01T00:00:00.000Z: k not delivered: refused",
    "ok",
  ]);
  status[Symbol.dispose]();
});

Deno.test("the status is ok while change-sets progress and commits are in flight", async () => {
  const { clock, reports, state, status } = setUp();
  synced(status);
  state.conditions = { ...calm, pending: 5, since: 0, uncommitted: 1 };
  status.changed();
  await clock.advance(0);
  assert.deepEqual(reports, ["ok", "ok"]);
  status[Symbol.dispose]();
});

Deno.test("the status is degraded while verdicts cannot be committed", async () => {
  const { clock, reports, state, status } = setUp();
  synced(status);
  state.conditions = { ...calm, uncommitted: 1, isCommitFailing: true };
  status.changed();
  await clock.advance(0);
  assert.equal(reports[1], "degraded 1 verdict not committed: the store rejects the write");
  status[Symbol.dispose]();
});

Deno.test("the status is degraded, with all reasons, while the store cannot be read", async () => {
  const { clock, reports, state, status } = setUp();
  state.conditions = { ...calm, pending: 1, since: 0, blockedBy: "blocked" };
  status.onSync({ state: "stale", sinceMs: 0, resyncs: 0, reason: "connection refused" });
  await clock.advance(0);
  assert.match(
    reports[0],
    /^degraded configuration store: connection refused; 1 change-set waiting since .*: blocked$/,
  );
  status[Symbol.dispose]();
});

Deno.test("many changes within a second make two reports", async () => {
  const { clock, reports, status } = setUp();
  synced(status);
  for (let change = 0; change < 100; change++) {
    status.changed();
    await clock.advance(10);
  }
  await clock.advance(1_000);
  assert(reports.length <= 4, `${reports.length} reports`);
  status[Symbol.dispose]();
});

Deno.test("dispose() cancels the scheduled report", async () => {
  const { clock, reports, status } = setUp();
  synced(status);
  status.changed();
  status[Symbol.dispose]();
  status.changed();
  await clock.advance(5_000);
  assert.deepEqual(reports, ["ok"]);
});
