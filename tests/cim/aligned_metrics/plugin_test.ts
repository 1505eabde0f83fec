import assert from "node:assert/strict";
import { tempDir } from "../../_support/temp_dir.ts";
import { eventually, product } from "../_product.ts";

/** Writes the annotation as a downward API volume has it. */
async function annotate(folder: string, members: Record<string, unknown>): Promise<void> {
  await Deno.mkdir(`${folder}/podinfo`, { recursive: true });
  const text = JSON.stringify(JSON.stringify(members));
  await Deno.writeTextFile(`${folder}/podinfo/annotations`, `xgvela.com/mmaas=${text}\n`);
}

Deno.test("alignedMetrics() collects what the annotation names, and follows its changes", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await using app = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("# TYPE calls_total counter\ncalls_total 7\n"),
  );
  const ports = [`${app.addr.port}`];
  await annotate(folder, { scrape: "true", ports, measurementInterval: "1s", maxRetention: "3" });
  await using cim = await product({ folder, env: { CIM_IDENTITY_REFRESH: "1s" } });
  const read = async () => await (await fetch(`${cim.url}/metrics/aligned`)).text();
  const text = await eventually(async () => {
    const text = await read();
    return /^calls_total\{/m.test(text) && text;
  });
  assert.match(
    text,
    new RegExp(`^calls_total\\{source_port="${ports[0]}",aligned_ts="\\d+"\\} 7 \\d+000$`, "m"),
  );
  const own = new URL(cim.url).port;
  assert.match(
    text,
    new RegExp(`^cim_total_messages_counter\\{pod="amf-0",source_port="${own}"`, "m"),
  );
  assert.match(text, /^metric_scrape_collector_success\{collector="metric"\} 1$/m);
  const status = () => cim.agent.status.plugin("aligned_metrics")!;
  assert.equal(status().state, "ok");
  await annotate(folder, { scrape: "true", ports, measurementInterval: "0" });
  await eventually(() => status().state === "error");
  assert.match(status().reason, /measurementInterval must be a duration with unit.*correct it/);
  assert.equal((await fetch(`${cim.url}/metrics/aligned`)).status, 404);
  await annotate(folder, { scrape: "false" });
  await eventually(() => status().state === "disabled");
});

Deno.test("alignedMetrics() is off without the annotation, and can be switched on by configuration", async () => {
  {
    await using cim = await product();
    assert.equal(cim.agent.status.plugin("aligned_metrics")?.state, "disabled");
    const response = await fetch(`${cim.url}/metrics/aligned`);
    assert.equal(response.status, 404);
    await response.body?.cancel();
  }
  const env = { CIM_ALIGNED_METRICS_SCRAPE: "true", CIM_ALIGNED_METRICS_PORTS: "1" };
  await using cim = await product({ env: { ...env, CIM_ALIGNED_METRICS_INTERVAL: "1s" } });
  const status = () => cim.agent.status.plugin("aligned_metrics")!;
  await eventually(() => status().state === "degraded");
  assert.match(status().reason, /^Sources of aligned metrics not read: port 1: /);
  const accept = "application/openmetrics-text";
  const response = await fetch(`${cim.url}/metrics/aligned`, { headers: { accept } });
  assert.match(response.headers.get("content-type")!, /^application\/openmetrics-text/);
  assert.match(await response.text(), /\n# EOF\n$/);
});
