import assert from "node:assert/strict";
import { logRouteToken } from "../../../cim/logs/mod.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { TcpCollector } from "../../_support/tcp_collector.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { ownEvents } from "../_own_events.ts";
import { eventually, product } from "../_product.ts";

Deno.test("8.3 logs() raises LmaasTCPFailure once per outage of the TCP collector", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await using collector = new TcpCollector();
  await Deno.mkdir(`${folder}/conf/static`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/conf/static/common-infra.json`,
    JSON.stringify({ logging_svc_url: `127.0.0.1:${collector.port}`, enable_retrx: true }),
  );
  const lmaas = { logging_mode: "TCP", prefer_local_daemonset: false };
  {
    await using cim = await product({
      folder,
      mounted: JSON.stringify({ cimConfig: { lmaas } }),
      env: { CIM_APP_PORT: "1" },
    });
    let sent = 0;
    const send = () => {
      const line = { containerId: "c1", containerName: "amf", payload: `line ${sent++}` };
      cim.nats.publish("LOG", buildLogMessage(line));
    };
    const logs = () => cim.agent.status.plugin("logs")!;
    const has = (line: string) => collector.lines.some((text) => JSON.parse(text).log === line);
    for (let outages = 0; outages < 2; outages++) {
      send();
      await eventually(() => has(`line ${sent - 1}`));
      await collector.stop();
      send();
      await eventually(() => logs().state === "degraded");
      // Further lines and attempts of the same outage.
      send();
      const { writeFailures } = cim.agent.get(logRouteToken).telemetry;
      await eventually(() =>
        cim.agent.get(logRouteToken).telemetry.writeFailures > writeFailures + 1
      );
      collector.start();
      await eventually(() => has(`line ${sent - 1}`));
      await eventually(() => logs().state === "ok");
    }
  }
  const events = (await ownEvents(folder)).filter(({ eventName }) =>
    eventName === "LmaasTCPFailure"
  );
  assert.equal(events.length, 2);
  assert.deepEqual(events[0].managedObject, [
    { name: "Description", value: "TCP connection with fluentbit is DOWN" },
    { name: "STATUS", value: "FAILURE" },
  ]);
  assert.deepEqual(events[0].additionalInfo, [
    { name: "ACTION_IN_PROGRESS ", value: "CIM writing logs to the file" },
  ]);
});
