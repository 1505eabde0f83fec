import assert from "node:assert/strict";
import { manualClock } from "../../../../core/testing/mod.ts";
import { Heartbeat } from "../../../../plugins/nats_server/connection/heartbeat.ts";

const minuteMs = 60_000;

Deno.test("Heartbeat.answer() resolves with the PONG of its own PING, in order, and with false at the end", async () => {
  const limits = { pingIntervalMs: minuteMs, maxPingsOut: 2 };
  const heartbeat = new Heartbeat({ clock: manualClock(), limits, firstPingMs: () => 2_000 });
  const settled: string[] = [];
  const wait = (name: string) => {
    heartbeat.sent();
    return heartbeat.answer().then((isAnswered) => settled.push(`${name} ${isAnswered}`));
  };
  // Not asked for, so it answers nothing.
  heartbeat.answered();
  heartbeat.sent();
  const waits = [wait("first"), wait("second"), wait("third")];
  heartbeat.answered();
  await Promise.resolve();
  assert.deepEqual(settled, []);
  heartbeat.answered();
  await waits[0];
  assert.deepEqual(settled, ["first true"]);
  heartbeat.answered();
  heartbeat.release();
  await Promise.all(waits);
  assert.deepEqual(settled, ["first true", "second true", "third false"]);
});

Deno.test("Heartbeat pings an active client again after an hour, to measure the round trip", async () => {
  const clock = manualClock();
  const limits = { pingIntervalMs: minuteMs, maxPingsOut: 2 };
  const heartbeat = new Heartbeat({ clock, limits, firstPingMs: () => 2_000 });
  heartbeat.start();
  await clock.advance(2_000);
  const check = () => heartbeat.check(clock.monotonic(), clock.monotonic() - 1_000);
  assert.equal(check(), "ping");
  heartbeat.sent();
  heartbeat.answered();
  const beats: string[] = [];
  for (let minute = 1; minute <= 61; minute++) {
    await clock.advance(minuteMs);
    beats.push(check());
  }
  assert.deepEqual(beats.slice(0, 60), new Array(60).fill("nothing"));
  assert.equal(beats[60], "ping");
});
