import assert from "node:assert/strict";
import { books } from "../../../cim/books/mod.ts";
import { bus } from "../../../cim/bus/mod.ts";
import { commonInfra } from "../../../cim/common_infra/mod.ts";
import { identity } from "../../../cim/identity/mod.ts";
import { type LogRoute, logRouteToken, logs } from "../../../cim/logs/mod.ts";
import type { StdoutLines } from "../../../cim/logs/stdout/mod.ts";
import { paths } from "../../../cim/paths/mod.ts";
import { type CimSettingsApi, cimSettingsToken, settings } from "../../../cim/settings/mod.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { definePlugin, hasCode, type MetricSet, metricsToken } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { nats } from "../../../plugins/nats/mod.ts";
import { type NatsServer, natsServer, natsServerToken } from "../../../plugins/nats_server/mod.ts";
import { TcpCollector } from "../../_support/tcp_collector.ts";
import { until } from "./_fixture.ts";
import { tempDir } from "../../_support/temp_dir.ts";

interface Running extends AsyncDisposable {
  readonly harness: Harness;
  readonly route: LogRoute;
  readonly server: NatsServer;
  readonly metrics: MetricSet;
  readonly settings: CimSettingsApi;
  /** Publishes from inside the process, as a client's message arrives. */
  send(containerName: string, payload: string): void;
  text(file: string): string;
}

/** An agent with the log plugin on folders below `folder`. */
async function start(folder: string, config: Record<string, unknown> = {}): Promise<Running> {
  let found: Pick<Running, "route" | "server" | "metrics" | "settings"> | undefined;
  const probe = definePlugin({
    name: "probe",
    requires: [logRouteToken, natsServerToken, cimSettingsToken],
    init({ get }) {
      found = {
        route: get(logRouteToken),
        server: get(natsServerToken),
        metrics: get(metricsToken),
        settings: get(cimSettingsToken),
      };
    },
  });
  const h = harness({
    plugins: [
      paths(),
      identity(),
      settings(),
      commonInfra(),
      natsServer(),
      nats(),
      bus(),
      books(),
      logs(),
      probe,
    ],
    config: {
      nats: { port: 0 },
      paths: {
        conf: `${folder}/conf`,
        config: `${folder}/config`,
        logs: `${folder}/logs`,
        data: `${folder}/data`,
      },
      ...config,
    },
    env: { K8S_NAMESPACE: "ns1", K8S_POD_ID: "amf-0" },
  });
  await h.agent.start();
  if (found === undefined) throw new Error("the probe was not initialised");
  const { server } = found;
  return {
    harness: h,
    ...found,
    send: (containerName, payload) =>
      server.publish("LOG", buildLogMessage({ containerId: "c1", containerName, payload })),
    text: (file) => Deno.readTextFileSync(`${folder}/logs/${file}`),
    [Symbol.asyncDispose]: () => h[Symbol.asyncDispose](),
  };
}

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  using folder = tempDir();
  await test(folder.path);
}

/** The samples of a family as `labels value`. */
function samples(metrics: MetricSet, name: string): string[] {
  const family = metrics.families().find((family) => family.name === name);
  if (family === undefined || family.type === "histogram") throw new Error(`no family ${name}`);
  const found = family.collect();
  if (typeof found === "number") return [`${found}`];
  return [...found].map(({ labels, value }) => `${Object.values(labels ?? {}).join(" ")} ${value}`);
}

Deno.test("logs() writes what a client publishes on LOG, and all of it when the agent stops", () =>
  withFolder(async (folder) => {
    {
      await using agent = await start(folder);
      const payload = buildLogMessage({ containerId: "c1", containerName: "amf", payload: "hi" });
      using socket = await Deno.connect({ hostname: "127.0.0.1", port: agent.server.port });
      await socket.read(new Uint8Array(4_096));
      const head = new TextEncoder().encode(
        `CONNECT {"verbose":false}\r\nPUB LOG ${payload.length}\r\n`,
      );
      await socket.write(new Uint8Array([...head, ...payload, 13, 10]));
      await until("the message arrived", () => agent.route.messages === 1);
      agent.send("amf", "from inside");
    }
    const text = await Deno.readTextFile(`${folder}/logs/amf-0_ns1_amf-c1.log`);
    assert.equal(text, "hi\nfrom inside\n");
  }));

Deno.test("D-48 logs() receives lines that are published before any port is open", () =>
  withFolder(async (folder) => {
    const early = definePlugin({
      name: "early",
      requires: [natsServerToken, logRouteToken],
      init({ get }) {
        const message = buildLogMessage({ containerId: "", containerName: "a", payload: "early" });
        get(natsServerToken).publish("LOG", message);
      },
    });
    const plugins = [
      paths(),
      identity(),
      settings(),
      commonInfra(),
      natsServer(),
      nats(),
      bus(),
      books(),
      logs(),
      early,
    ];
    {
      await using h = harness({
        plugins,
        config: { nats: { port: 0 }, paths: { logs: `${folder}/logs`, data: `${folder}/data` } },
        env: { K8S_NAMESPACE: "ns1", K8S_POD_ID: "amf-0" },
      });
      await h.agent.start();
    }
    assert.equal(await Deno.readTextFile(`${folder}/logs/amf-0_ns1_a-.log`), "early\n");
  }));

Deno.test("D-29 logs() applies changed settings at once", () =>
  withFolder(async (folder) => {
    await using agent = await start(folder);
    agent.send("amf", "quiet");
    await agent.harness.clock.advance(6_000);
    assert.equal(agent.route.destination("file").book.delivered, 0);
    const { current } = agent.settings;
    const lmaas = { ...current.cimConfig.lmaas, flush_timeout: 5 };
    await agent.settings.apply({ cimConfig: { ...current.cimConfig, lmaas } });
    await agent.harness.clock.advance(1_000);
    await until("the line is written", () => agent.route.destination("file").book.delivered === 1);
    assert.equal(agent.text("amf-0_ns1_amf-c1.log"), "quiet\n");
  }));

Deno.test("D-87 logs() exports XGVela's counters with the pod's name and correct values", () =>
  withFolder(async (folder) => {
    await using agent = await start(folder);
    agent.send("amf", "hello");
    agent.send("amf", "hi");
    agent.server.publish("LOG", Uint8Array.of(1, 2, 3));
    await agent.route.flush();
    const names = [
      "cim_total_messages_counter",
      "cim_total_bytes_counter",
      "cim_packet_size",
      "Total_msg_count",
      "Total_msg_write_to_file",
      "Total_msg_sent_to_tcp",
      "cim_nats_LOG_message_count",
      "cim_log_malformed_total",
      "cim_route_dropped_total",
      "cim_route_unaccounted",
    ];
    assert.deepEqual(names.map((name) => samples(agent.metrics, name)), [
      ["amf-0 2"],
      ["amf-0 7"],
      ["amf-0 2"],
      ["amf-0 3"],
      ["amf-0 2"],
      ["amf-0 0"],
      ["amf-0 3"],
      ["too_short 1"],
      ["logs_file malformed 1"],
      ["logs_file 0", "logs_stdout 0"],
    ]);
  }));

Deno.test("logs() reports a log folder that cannot be written from the start on, and its recovery", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/logs`, "a file where the folder should be");
    await using agent = await start(folder);
    const status = () => agent.harness.agent.status.plugin("logs");
    await until("the status is degraded", () => status()?.state === "degraded");
    assert.match(status()?.reason ?? "", /^Cannot write log folder ".*\/logs": /);
    agent.send("amf", "kept");
    const flushed = agent.route.flush();
    await Deno.remove(`${folder}/logs`);
    await agent.harness.clock.advance(10_000);
    await until("the status is ok", () => status()?.state === "ok");
    await flushed;
    assert.equal(agent.text("amf-0_ns1_amf-c1.log"), "kept\n");
    assert.deepEqual([...Deno.readDirSync(`${folder}/logs`)].length, 1);
  }));

Deno.test("logs() probes the log folder when the logging mode changes to FILE", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/conf`);
    await Deno.writeTextFile(`${folder}/logs`, "a file where the folder should be");
    await using agent = await start(folder);
    const state = () => agent.harness.agent.status.plugin("logs")?.state;
    const switchTo = (logging_mode: string) => {
      const { cimConfig } = agent.settings.current;
      return agent.settings.apply({
        cimConfig: { ...cimConfig, lmaas: { ...cimConfig.lmaas, logging_mode } },
      });
    };
    await until("the status is degraded", () => state() === "degraded");
    await switchTo("STDOUT");
    assert.equal(state(), "ok");
    await switchTo("FILE");
    await agent.harness.clock.advance(6_000);
    await until("the status is degraded again", () => state() === "degraded");
  }));

Deno.test("logs() holds clients while lines cannot be written, and loses no line", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/logs`, "a file where the folder should be");
    await using agent = await start(folder, {
      logs: { max_buffered: "64KiB", max_block: "1h" },
    });
    const message = buildLogMessage({
      containerId: "c1",
      containerName: "amf",
      payload: "x".repeat(999),
    });
    const encoder = new TextEncoder();
    const one = [...encoder.encode(`PUB LOG ${message.length}\r\n`), ...message, 13, 10];
    const burst = new Uint8Array(Array.from({ length: 400 }, () => one).flat());
    using socket = await Deno.connect({ hostname: "127.0.0.1", port: agent.server.port });
    await socket.read(new Uint8Array(4_096));
    await socket.write(encoder.encode('CONNECT {"verbose":false}\r\n'));
    for (let at = 0; at < burst.length;) at += await socket.write(burst.subarray(at));
    await until("publishers are held back", () => agent.route.isPaused);
    const { book, backlog } = agent.route.destination("file");
    assert.ok(backlog.bytes < 65_536 + 1_000 && book.accepted < 70, `${backlog.bytes} bytes`);
    await until("the write failed", () => agent.route.telemetry.writeFailures > 0);
    await Deno.remove(`${folder}/logs`);
    await agent.harness.clock.advance(10_000);
    await until("all messages arrived", () => agent.route.messages === 400);
    await agent.route.flush();
    assert.deepEqual([book.delivered, book.dropped.size, book.unaccounted], [400, 0, 0]);
    assert.equal(agent.text("amf-0_ns1_amf-c1.log").length, 400_000);
  }));

Deno.test("logs() writes raw lines to the standard output when common-infra.json sets log_format to text", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/conf/static`, { recursive: true });
    const path = `${folder}/conf/static/common-infra.json`;
    await Deno.writeTextFile(path, '{"log_format":"text"}');
    await using agent = await start(folder);
    assert.equal((agent.route.destination("stdout") as StdoutLines).isRaw, true);
  }));

Deno.test("logs() fails to close, with the number of lines, when lines were lost at the end", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/logs`, "a file where the folder should be");
    const agent = await start(folder);
    for (const line of ["one", "two"]) agent.send("amf", line);
    const stopping = agent.harness.agent.stop();
    stopping.catch(() => {}); // Asserted below.
    await until("an attempt failed", () => agent.route.telemetry.writeFailures > 0);
    await agent.harness.clock.advance(3_000);
    await assert.rejects(stopping, (error) => {
      assert.ok(hasCode(error, "log_lines_lost"));
      assert.match(`${error}`, /Lost 2 log lines: not written before the stop/);
      return true;
    });
    const books = JSON.parse(await Deno.readTextFile(`${folder}/data/log_books.json`));
    assert.deepEqual(books.logs_file.dropped, { unwritten_at_stop: 2 });
  }));

for (
  const [key, value] of [["file_mode", "0666"], ["file_mode", "644x"], ["folder_mode", "0777"]]
) {
  Deno.test(`logs() refuses ${key} ${value}, which would let others write`, () =>
    withFolder(async (folder) => {
      await assert.rejects(start(folder, { logs: { [key]: value } }), (error) => {
        assert.ok(hasCode(error, "config_invalid"));
        assert.match(`${error}`, new RegExp(`logs\\.${key}`));
        return true;
      });
    }));
}

Deno.test("logs() sends lines to the collector of common-infra.json, counts them, and reports lost connections", async () => {
  await using collector = new TcpCollector();
  await withFolder(async (folder) => {
    await writeTcpSettings(folder, `127.0.0.1:${collector.port}`);
    await using agent = await start(folder);
    const value = (name: string) => Number(samples(agent.metrics, name)[0].split(" ").at(-1));
    agent.send("amf", "hello");
    await agent.harness.clock.advance(20);
    await collector.until(() => collector.lines.length === 1);
    assert.equal(JSON.parse(collector.lines[0]).log, "hello");
    await until("the line may be let go", async () => {
      await agent.harness.clock.advance(10_000);
      return value("Total_msg_sent_to_tcp") === 1;
    });
    await collector.stop();
    await until("the loss is counted", () => value("tcp_disconnect_count") === 1);
    assert(
      agent.harness.logs.messages("warn").some((text) => /prefer_local_daemonset/.test(text)),
      "the setting that is not supported is reported",
    );
  });
});

Deno.test("D-10 logs() writes to files and is degraded when the collector has no valid address", async () => {
  await withFolder(async (folder) => {
    await writeTcpSettings(folder, "collector");
    await using agent = await start(folder);
    agent.send("amf", "hello");
    await agent.route.flush();
    assert.equal(agent.text("amf-0_ns1_amf-c1.log"), "hello\n");
    const status = agent.harness.agent.status.plugin("logs");
    assert.equal(status?.state, "degraded");
    assert.match(status?.reason ?? "", /mode TCP writes to files: .*logging_svc_url/);
    await agent.settings.apply({
      ...agent.settings.current,
      cimConfig: {
        ...agent.settings.current.cimConfig,
        lmaas: { ...agent.settings.current.cimConfig.lmaas, logging_mode: "FILE" },
      },
    });
    assert.equal(agent.harness.agent.status.plugin("logs")?.state, "ok");
  });
});

Deno.test("logs() follows the collector and the format of common-infra.json without a restart", async () => {
  await using first = new TcpCollector();
  await using second = new TcpCollector();
  await withFolder(async (folder) => {
    await writeTcpSettings(folder, "");
    await using agent = await start(folder);
    const path = `${folder}/conf/static/common-infra.json`;
    /** Replaces members of the document, and sends lines until one arrives at the collector. */
    async function replace(collector: TcpCollector, members: Record<string, string>) {
      await Deno.writeTextFile(path, JSON.stringify({ enable_retrx: "true", ...members }));
      const before = collector.lines.length;
      await until("a line arrives", async () => {
        await agent.harness.clock.advance(10_000);
        agent.send("amf", "text");
        await agent.harness.clock.advance(20);
        return collector.lines.length > before;
      });
    }
    agent.send("amf", "early");
    await agent.route.flush();
    assert.match(agent.text("amf-0_ns1_amf-c1.log"), /^early\n/);
    await replace(first, { logging_svc_url: `127.0.0.1:${first.port}` });
    assert.equal(JSON.parse(first.lines[0]).log, "text");
    await replace(second, { logging_svc_url: `127.0.0.1:${second.port}`, log_format: "text" });
    await until("a raw line arrives", async () => {
      agent.send("amf", "text");
      await agent.harness.clock.advance(20);
      return second.lines.includes("text");
    });
  });
});

/** Mode TCP with that collector. */
async function writeTcpSettings(folder: string, url: string): Promise<void> {
  await Deno.mkdir(`${folder}/conf/static`, { recursive: true });
  const lmaas = { logging_mode: "TCP", prefer_local_daemonset: true };
  await Deno.writeTextFile(`${folder}/conf/cim.json`, JSON.stringify({ cimConfig: { lmaas } }));
  const infra = { logging_svc_url: url, enable_retrx: true };
  await Deno.writeTextFile(`${folder}/conf/static/common-infra.json`, JSON.stringify(infra));
}
