import assert from "node:assert/strict";
import { canMount, smallDisk } from "../_support/small_disk.ts";
import { until } from "../_support/until.ts";
import { LogFlow } from "./_log_flow.ts";

const mounts = await canMount();

Deno.test("D-54 D-59 a TCP collector that is killed under load gets every line in order when it is back", async () => {
  await using flow = await LogFlow.start();
  for (let life = 0; life < 3; life++) {
    const sending = flow.send(6_000);
    await until("lines arrive", () => flow.count > life * 6_000, { everyMs: 50 });
    await flow.collector.kill();
    await sending;
    await flow.collector.start();
  }
  await flow.arrived();
  await flow.judge();
});

Deno.test("C2-14: lines wait in the spool for a TCP collector that accepts and never reads, and the agent works", async () => {
  await using flow = await LogFlow.start({ logs: { tcp_stall: "1s" } });
  await flow.send(3);
  await flow.arrived();
  flow.collector.signal("SIGSTOP");
  // More than the buffers of the system hold.
  for (let round = 0; round < 6; round++) await flow.send(20_000);
  const { text } = await until("the stall is reported", async () => {
    const answer = await flow.agent.get("/api/v1/status");
    return answer.text.includes("log collector") ? answer : undefined;
  });
  assert.match(text, /log collector 127\.0\.0\.1:\d+/);
  assert.equal((await flow.agent.get("/readiness")).status, 200);
  assert((await flow.book()).spooled > 0);
  flow.collector.signal("SIGCONT");
  await flow.arrived();
  await flow.judge();
});

Deno.test("C2-1: kill -9 of the agent loses no line in the spool: the next agent sends them and says how many", async () => {
  await using flow = await LogFlow.start({}, { withCollector: false });
  await flow.send(3_000);
  await until("all lines are in the spool", async () => (await flow.book()).spooled === 3_000);
  flow.agent.kill("SIGKILL");
  await flow.agent.ended;
  await flow.startAgent();
  await until("the inheritance is logged", () => {
    return /Records of the previous run wait to be sent .*"records":3000/.test(flow.agent.log);
  });
  await flow.collector.start();
  await flow.arrived();
  await flow.judge();
  assert.equal((await flow.book()).accepted, 3_003);
});

Deno.test("C2-33: an agent that stops in an outage leaves its lines in the spool and ends with 0", async () => {
  await using flow = await LogFlow.start({}, { withCollector: false });
  await flow.send(300);
  await until("all lines are in the spool", async () => (await flow.book()).spooled === 300);
  const { code, err } = await flow.agent.stop();
  assert.equal(code, 0, err);
  await flow.collector.start();
  await flow.startAgent();
  await flow.arrived();
  await flow.judge();
  assert.equal((await flow.book()).accepted, 303);
});

Deno.test({
  name:
    "C2-5: a full disk of the spool is reported, loses no line, and is over when there is space (needs root)",
  ignore: !mounts,
  async fn() {
    await using disk = await smallDisk("size=2m");
    assert(disk);
    await using flow = await LogFlow.start({ paths: { data: `${disk.folder}/data` } }, {
      withCollector: false,
    });
    await flow.send(300);
    await disk.fill();
    await flow.send(3_000);
    await until("the full disk is reported", async () => {
      return (await flow.agent.get("/api/v1/status")).text.includes("No space left");
    });
    assert.equal((await flow.agent.get("/readiness")).status, 200);
    await disk.free();
    await flow.collector.start();
    await flow.arrived();
    await flow.judge();
    await flow.agent.stop();
  },
});
