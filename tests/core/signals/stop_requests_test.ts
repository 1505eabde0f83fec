import assert from "node:assert/strict";
import { StopRequests } from "../../../core/signals/mod.ts";

function requests() {
  const seen: string[] = [];
  const time = { ms: 5_000 };
  const stop = new StopRequests({
    now: () => time.ms,
    onStop: (reason) => seen.push(`stop ${reason}`),
    onKill: (reason) => seen.push(`kill ${reason}`),
  });
  return { seen, time, stop };
}

Deno.test("C2-34: StopRequests counts signals within a second of the first as one", () => {
  const { seen, time, stop } = requests();
  stop.add("SIGINT");
  stop.add("SIGINT");
  time.ms += 999;
  stop.add("SIGTERM");
  assert.deepEqual(seen, ["stop SIGINT"]);
});

Deno.test("StopRequests ends the process with a signal a second after the first", () => {
  const { seen, time, stop } = requests();
  stop.add("SIGTERM");
  time.ms += 1_000;
  stop.add("SIGINT");
  assert.deepEqual(seen, ["stop SIGTERM", "kill SIGINT"]);
});
