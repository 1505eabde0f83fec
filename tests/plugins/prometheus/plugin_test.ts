import assert from "node:assert/strict";
import { counter, definePlugin, gauge, type MetricFamily, type Plugin } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { http, httpToken } from "../../../plugins/http/mod.ts";
import { prometheus, prometheusToken } from "../../../plugins/prometheus/mod.ts";

/** A plugin that publishes families. */
function publishes(...families: MetricFamily[]): Plugin {
  return definePlugin({ name: "publisher", init: ({ metrics }) => metrics.add(...families) });
}

async function started(plugins: readonly Plugin[], metrics: Record<string, unknown> = {}) {
  const kit = harness({
    plugins: [http(), prometheus(), ...plugins],
    config: { rest: { port: 0 }, metrics: { runtime: false, ...metrics } },
  });
  await kit.agent.start();
  return kit;
}

function get({ agent }: Harness, path: string, accept = "*/*"): Promise<Response> {
  return fetch(`http://127.0.0.1:${agent.get(httpToken).port}${path}`, { headers: { accept } });
}

async function scrape(kit: Harness, path = "/metrics", accept?: string): Promise<string> {
  return await (await get(kit, path, accept)).text();
}

Deno.test("prometheus() shows counters and gauges as they are at the scrape", async () => {
  let seen = 0;
  await using kit = await started([
    publishes(counter("seen_total", "Seen.", () => seen), {
      type: "gauge",
      name: "depth",
      help: 'Depth with "quotes"\nand lines.',
      collect: () => [{ labels: { queue: 'a"b\\c\n' }, value: 2.5 }, { value: NaN }],
    }),
  ]);
  seen = 3;
  const response = await get(kit, "/metrics");
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  assert.match(text, /^# HELP seen_total Seen\.\n# TYPE seen_total counter\nseen_total 3$/m);
  assert.match(text, /^# HELP depth Depth with "quotes"\\nand lines\.$/m);
  assert(text.includes('depth{queue="a\\"b\\\\c\\n"} 2.5\n'));
  assert.match(text, /^depth Nan$/mi);
  seen = 4;
  await kit.clock.advance(1_000);
  assert.match(await scrape(kit), /^seen_total 4$/m);
});

Deno.test("prometheus() shows a histogram with cumulated buckets, sum and count", async () => {
  await using kit = await started([publishes({
    type: "histogram",
    name: "size_bytes",
    help: "Sizes.",
    collect: () => [{ labels: { to: "x" }, bounds: [10, 100], counts: [1, 2, 4], sum: 950 }],
  })]);
  const lines = (await scrape(kit)).split("\n").filter((line) => line.includes("size_bytes"));
  assert.deepEqual(lines, [
    "# HELP size_bytes Sizes.",
    "# TYPE size_bytes histogram",
    'size_bytes_bucket{le="10",to="x"} 1',
    'size_bytes_bucket{le="100",to="x"} 3',
    'size_bytes_bucket{le="+Inf",to="x"} 7',
    'size_bytes_sum{to="x"} 950',
    'size_bytes_count{to="x"} 7',
  ]);
});

Deno.test("prometheus() answers OpenMetrics when it is preferred", async () => {
  await using kit = await started([publishes(counter("seen_total", "Seen.", () => 1))]);
  const accept = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5";
  const response = await get(kit, "/metrics", accept);
  assert.match(response.headers.get("content-type")!, /^application\/openmetrics-text; version=1/);
  const text = await response.text();
  assert.match(text, /^# TYPE seen counter\nseen_total 1$/m);
  assert(text.endsWith("# EOF\n"));
});

Deno.test("prometheus() leaves out a family that throws, counts it and shows the rest", async () => {
  await using kit = await started([
    publishes(
      gauge("broken", "Broken.", () => {
        throw new Error("no reading");
      }),
      gauge("sound", "Sound.", () => 7),
    ),
  ]);
  const text = await scrape(kit);
  assert.match(text, /^sound 7$/m);
  assert(!text.includes("broken "));
  assert.match(text, /^metrics_collect_failures_total\{family="broken"\} 1$/m);
  assert(kit.logs.messages("warn").includes("Cannot collect metric"));
});

Deno.test("D-5 /metrics exists and is empty when metrics are switched off", async () => {
  const seen = publishes(counter("seen_total", "Seen.", () => 1));
  await using kit = await started([seen], { enabled: false });
  const response = await get(kit, "/metrics");
  assert.equal(response.status, 200);
  assert.equal((await response.text()).trim(), "");
  kit.agent.get(prometheusToken).setEnabled(true);
  assert.match(await scrape(kit), /^seen_total 1$/m);
});

Deno.test("D-PROM-1 a registry created while the agent runs is served at once", async () => {
  await using kit = await started([]);
  const api = kit.agent.get(prometheusToken);
  const registry = api.createRegistry("room", "/metrics/room");
  registry.metrics.add(gauge("room_celsius", "Temperature.", () => 21));
  const added = registry.metrics.add(gauge("room_people", "People.", () => 2));
  assert.match(await scrape(kit, "/metrics/room"), /^room_celsius 21$[^]*^room_people 2$/m);
  assert(!(await scrape(kit)).includes("room_celsius"));
  added[Symbol.dispose]();
  await kit.clock.advance(1_000);
  assert(!(await scrape(kit, "/metrics/room")).includes("room_people"));
  registry[Symbol.dispose]();
  const gone = await get(kit, "/metrics/room");
  assert.equal(gone.status, 404);
  await gone.body?.cancel();
});

Deno.test("createRegistry() refuses a path that is taken and one without a slash", async () => {
  await using kit = await started([]);
  const api = kit.agent.get(prometheusToken);
  assert.throws(() => api.createRegistry("x", "/metrics"), {
    name: "TypeError",
    message: /GET \/metrics of x: prometheus owns/,
  });
  assert.throws(() => api.createRegistry("x", "metrics"), { message: /begins with a slash/ });
});

Deno.test("D-PROM-2 a registry created in init by a plugin is served", async () => {
  const room = definePlugin({
    name: "room",
    requires: [prometheusToken],
    init({ name, get }) {
      get(prometheusToken).createRegistry(name, "/room").metrics
        .add(gauge("room_celsius", "Temperature.", () => 21));
    },
  });
  await using kit = await started([room]);
  assert.match(await scrape(kit, "/room"), /^room_celsius 21$/m);
});

Deno.test("prometheus() reads the values at most once a second, however often each format is scraped", async () => {
  let reads = 0;
  await using kit = await started([publishes(counter("seen_total", "Seen.", () => ++reads))]);
  const openmetrics = "application/openmetrics-text";
  for (let round = 0; round < 20; round++) {
    assert.match(await scrape(kit), /^seen_total 1$/m);
    assert.match(await scrape(kit, "/metrics", openmetrics), /^seen_total 2$/m);
  }
  await kit.clock.advance(999);
  assert.match(await scrape(kit), /^seen_total 1$/m);
  await kit.clock.advance(1);
  assert.match(await scrape(kit), /^seen_total 3$/m);
  assert.equal(reads, 3);
});

Deno.test("prometheus() reads the values at each scrape when metrics.min_interval is 0", async () => {
  let reads = 0;
  const seen = publishes(counter("seen_total", "Seen.", () => ++reads));
  await using kit = await started([seen], { min_interval: "0s" });
  for (let round = 1; round <= 3; round++) {
    assert.match(await scrape(kit), new RegExp(`^seen_total ${round}$`, "m"));
  }
});

Deno.test("prometheus() shows the process with plausible values", async () => {
  await using kit = await started([], { runtime: true });
  const text = await scrape(kit);
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  assert(value("process_resident_memory_bytes") > 10 * 2 ** 20);
  assert(value("process_cpu_seconds_total") > 0);
  if (Deno.build.os === "linux") assert(value("process_open_fds") > 2);
  assert(value("nodejs_heap_size_used_bytes") <= value("nodejs_heap_size_total_bytes"));
  const ageS = Date.now() / 1_000 - value("process_start_time_seconds");
  assert(ageS >= 0 && ageS < 3_600, `age ${ageS}`);
  assert.match(text, new RegExp(`^deno_version_info\\{version="${Deno.version.deno}",`, "m"));
});

Deno.test("prometheus() measures the event loop by the drift of a timer", async () => {
  await using kit = await started([], { runtime: true, lag_interval: "1s" });
  await kit.clock.advance(3_000);
  const text = await scrape(kit);
  assert.match(text, /^eventloop_delay_seconds_count 3$/m);
  assert.match(text, /^nodejs_eventloop_lag_seconds 0$/m);
});
