/** The collector and the format change in common-infra.json while lines arrive. */
import assert from "node:assert/strict";
import { until } from "../_support/until.ts";
import { CollectorProcess, LogFlow } from "./_log_flow.ts";

/** Replaces common-infra.json of the agent in one step, as a mounted ConfigMap is replaced. */
async function replaceInfra({ folder }: LogFlow, infra: Record<string, string>): Promise<void> {
  const path = `${folder}/conf/static/common-infra.json`;
  await Deno.writeTextFile(`${path}.next`, JSON.stringify({ enable_retrx: "true", ...infra }));
  await Deno.rename(`${path}.next`, path);
}

/** Number of a line in the envelope or as it is. */
function numberOf(line: string): number {
  return parseInt(line.startsWith("{") ? JSON.parse(line).log : line);
}

/** The records in a file; none while it does not exist. */
function linesIn(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).split("\n").slice(0, -1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("another collector and another format take effect under load, and every line arrives in order", async () => {
  await using flow = await LogFlow.start({ common_infra: { check_interval: "1s" } });
  const path = `${flow.folder}/second`;
  await using second = new CollectorProcess(path);
  await second.start();
  await flow.send(1_000);
  await until("the first collector has lines", () => flow.count >= 1_000);
  const url = `127.0.0.1:${second.port}`;
  await replaceInfra(flow, { logging_svc_url: url });
  let sent = 1_000;
  async function sendUntil(what: string, probe: () => boolean): Promise<void> {
    await until(what, async () => {
      await flow.send(50);
      sent += 50;
      return probe();
    }, { everyMs: 20 });
  }
  await sendUntil("the second collector has lines", () => linesIn(path).length > 0);
  await replaceInfra(flow, { logging_svc_url: url, log_format: "text" });
  await sendUntil("raw lines arrive", () => linesIn(path).at(-1)?.startsWith("{") === false);
  await until("all lines arrive", () => {
    return new Set([...flow.lines, ...linesIn(path)].map(numberOf)).size === sent;
  });
  // A collector that is too busy to confirm the end in time gets no more, and the new one has its last lines again.
  const numbers = [...new Set([...flow.lines, ...linesIn(path)].map(numberOf))];
  assert.deepEqual(numbers, Array.from({ length: sent }, (_, number) => number));
  const { unaccounted, dropped } = await flow.book();
  assert.deepEqual([unaccounted, dropped], [0, 0]);
});

Deno.test("lines that wait for a collector that is gone go to the one that replaces it", async () => {
  await using flow = await LogFlow.start({ common_infra: { check_interval: "1s" } });
  await flow.send(3);
  await flow.arrived();
  await flow.collector.kill();
  await flow.send(300);
  await until("the lines wait", async () => (await flow.book()).spooled >= 300);
  const path = `${flow.folder}/second`;
  await using second = new CollectorProcess(path);
  await second.start();
  await replaceInfra(flow, { logging_svc_url: `127.0.0.1:${second.port}` });
  await until("all lines arrive", () => {
    return new Set([...flow.lines, ...linesIn(path)].map(numberOf)).size === 303;
  }, { everyMs: 50 });
  const numbers = linesIn(path).map(numberOf);
  assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b), "in order");
});
