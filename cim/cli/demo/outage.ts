/**
 * The step of the demo that takes a log collector away for a while.
 *
 * @module
 */
import { connectNats } from "../../../plugins/nats/mod.ts";
import { DemoCollector } from "./demo_collector.ts";
import { get, metricValue, putChangeSet, readKey } from "./observe.ts";
import { until } from "./until.ts";
import { demoNames, type Workspace } from "./workspace.ts";

const batch = 1_000;
/** A container of its own: the application may log a line meanwhile. */
const containerName = "outage";
const limitMs = 15_000;

/** Switches the log to TCP, stops the collector between two batches of lines, and looks for all of them. */
export async function outageLosesNothing(
  workspace: Workspace,
  signal: AbortSignal,
): Promise<string> {
  await using collector = new DemoCollector(workspace.collectorPort);
  collector.start();
  await switchTo(workspace, "TCP", 5, signal);
  await publish(workspace, 0);
  await until("the first lines at the collector", () => {
    return numbered(collector).length === batch || undefined;
  }, { limitMs, signal });
  await collector.stop();
  await publish(workspace, batch);
  const waiting = await until("the outage in the metrics", async () => {
    const { text } = await get(workspace, "/metrics");
    return metricValue(text, "cim_log_outages")
      ? metricValue(text, "cim_spool_records")
      : undefined;
  }, { limitMs, signal });
  const begun = performance.now();
  collector.start();
  await until("all lines at the collector", () => {
    return numbered(collector).length === 2 * batch || undefined;
  }, { limitMs, signal });
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  numbered(collector).forEach((log, index) => {
    if (Number.parseInt(log) !== index) throw new Error(`record ${index} is "${log}"`);
  });
  await switchTo(workspace, "FILE", 6, signal);
  return `${waiting} lines waited in the spool; all ${2 * batch} arrived in order, ${seconds} s ` +
    "after the collector was back";
}

async function switchTo(
  workspace: Workspace,
  mode: string,
  revision: number,
  signal: AbortSignal,
): Promise<void> {
  await putChangeSet(workspace, workspace.changeSetKey("cim.json", revision), [
    { op: "replace", path: "/cimConfig/lmaas/logging_mode", value: mode },
  ]);
  await until(`revision ${revision} in the commit key`, async () => {
    return await readKey(workspace, workspace.commitKey) === `${revision}` || undefined;
  }, { limitMs, signal });
}

/** Publishes a batch of numbered lines, as an application does. */
async function publish({ natsUrl }: Workspace, first: number): Promise<void> {
  const { encodeLogMessage } = await import("../../../examples/sample_app/mod.ts");
  await using nats = await connectNats(natsUrl);
  for (let number = first; number < first + batch; number++) {
    const { containerId } = demoNames;
    nats.publish("LOG", encodeLogMessage({ containerId, containerName, payload: `${number}` }));
  }
  await nats.flush();
}

/** The lines of the batches that arrived, in order. */
function numbered({ records }: DemoCollector): string[] {
  return records
    .map((record) => JSON.parse(record) as { container_name: string; log: string })
    .filter((record) => record.container_name === containerName)
    .map(({ log }) => log);
}
