import assert from "node:assert/strict";
import { connectNats } from "../../plugins/nats/mod.ts";
import { AgentProcess, changeSets, commitKey, pod, startAgent } from "./_agent.ts";
import { fakeApp } from "./_app.ts";
import { cim } from "./_program.ts";
import { until } from "./_until.ts";
import { tempDir } from "../_support/temp_dir.ts";

/** Runs `cim status` for this agent. */
async function statusOf(agent: AgentProcess) {
  return await cim(["status", "--config", agent.configPath]);
}

Deno.test("cim run ends with 0 on SIGTERM, SIGINT and SIGHUP", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    await using agent = await startAgent();
    agent.kill(signal);
    const { code, err } = await agent.ended;
    assert.equal(code, 0, err);
    assert.match(err, new RegExp(`Stopping \\{"reason":"${signal}"\\}`));
  }
});

Deno.test("cim run ends with 0 and can be started again when a signal arrives during the start", async () => {
  await using agent = await startAgent({ ready: false });
  // It logs before its first plugin is initialised.
  await until("the first log line", () => agent.log.includes("Starting") || undefined);
  const { code } = await agent.stop();
  assert.equal(code, 0, agent.log);
  await using next = await startAgent({ folder: agent.folder });
  assert.equal((await next.get("/liveness")).status, 200);
});

Deno.test("cim run ends at once with 1 and names what still runs when a signal comes a second after the first", async () => {
  // The application accepts the shutdown and never finishes it.
  await using app = fakeApp();
  await using agent = await startAgent({
    config: { app: { port: app.port }, shutdown: { grace: "5m" } },
  });
  await app.register(agent);
  agent.kill("SIGTERM");
  await until("the request to shut down", () => app.requests("shutdown").length > 0 || undefined);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  agent.kill("SIGTERM");
  const { code, err } = await agent.ended;
  assert.equal(code, 1, err);
  assert.match(err, /ended by a second signal while stopping; still running: shutdown, .*http/);
});

Deno.test("D-16 cim run ends with 1, the remedy and the code when a port is in use", async () => {
  await using first = await startAgent();
  const { port: rest } = new URL(first.restUrl);
  const { port: nats } = new URL(first.natsUrl);
  using folder = tempDir();
  const own = ["data", "logs"].flatMap((name) => ["--set", `paths.${name}=${folder.join(name)}`]);
  const taken = await cim([
    "run",
    ...own,
    ...["--set", "rest.port=0", "--set", `nats.port=${nats}`],
  ]);
  assert.equal(taken.code, 1);
  assert.match(taken.err, new RegExp(`^cim: .*${nats}.*nats\\.port.*\\(address_in_use\\)$`, "m"));
  const restTaken = await cim(["run", ...own, "--set", `rest.port=${rest}`]);
  assert.equal(restTaken.code, 1);
  assert.match(
    restTaken.err,
    new RegExp(`^cim: .*${rest}.*rest\\.port.*\\(address_in_use\\)$`, "m"),
  );
});

Deno.test("cim run ends with 1 and names the other agent when that uses the data folder", async () => {
  await using first = await startAgent();
  const { code, err } = await cim([
    "run",
    ...["--config", first.configPath, "--set", "rest.port=0", "--set", "nats.port=0"],
  ]);
  assert.equal(code, 1);
  assert.match(
    err,
    new RegExp(`^cim: .*process ${first.process.pid} is using it.* \\(store_owned\\)$`, "m"),
  );
  assert.equal((await first.get("/readiness")).status, 200);
});

Deno.test("cim status ends with 0 while the agent is ok, and lists every plugin with --all", async () => {
  await using agent = await startAgent();
  const shown = await statusOf(agent);
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /^agent: ok for /m);
  const all = await cim(["status", "--all", "--config", agent.configPath]);
  for (const plugin of ["http", "nats_server", "localkv", "logs", "config_push", "shutdown"]) {
    assert.match(all.out, new RegExp(`^${plugin} +ok +(just now|.* ago)$`, "m"));
  }
  const json = await cim(["status", "--json", "--config", agent.configPath]);
  assert.equal(JSON.parse(json.out).state, "ok");
});

Deno.test("cim run registers an application, writes its log and pushes its configuration", async () => {
  await using app = fakeApp();
  await using agent = await startAgent({ config: { app: { port: app.port } } });
  await app.register(agent);
  assert.equal(await until("the first commit key", () => agent.key(commitKey)), "1");

  await using nats = await connectNats(agent.natsUrl);
  nats.publish("LOG", app.line("hello from the application"));
  await nats.flush();

  const key = `${changeSets}/amf.json/2`;
  await agent.put(key, '[{"op":"replace","path":"/a","value":1}]');
  const [update] = await until("the update", () => {
    const seen = app.requests("updateConfig");
    return seen.length > 0 ? seen : undefined;
  });
  assert.deepEqual(JSON.parse(update), {
    "change-set-key": key,
    "data-key": "amf.json",
    "config-patch": '[{"op":"replace","path":"/a","value":1}]',
    revision: "2",
  });
  nats.publish("CONFIG", app.reply(key, "2", "success"));
  await until("the commit", async () => await agent.key(commitKey) === "2" || undefined);

  const { code } = await agent.stop();
  assert.equal(code, 0, agent.log);
  assert.equal(app.requests("shutdown").length, 1);
  const file = `${agent.folder}/logs/${pod.name}_${pod.namespace}_amf-c1.log`;
  assert.equal(await Deno.readTextFile(file), "hello from the application\n");
});

Deno.test("cim run pushes change-sets after a restart without a new registration", async () => {
  await using app = fakeApp();
  const config = { app: { port: app.port } };
  await using first = await startAgent({ config });
  await app.register(first);
  await first.stop();
  await using second = await startAgent({ config, folder: first.folder });
  await second.put(`${changeSets}/amf.json/2`, "[]");
  await until("the update", () => app.requests("updateConfig").length > 0 || undefined);
});

Deno.test("cim run ends with 1 and the number of lines that were lost at the end", async () => {
  await using app = fakeApp();
  await using agent = await startAgent({
    ready: false,
    // Below a file: the folder of the log cannot be made.
    config: { app: { port: app.port }, paths: { logs: "/dev/null/logs" } },
  });
  await using nats = await until("the NATS port", () => connectNats(agent.natsUrl));
  for (let line = 0; line < 3; line++) nats.publish("LOG", app.line("lost"));
  await nats.flush();
  const { code, err } = await agent.stop();
  assert.equal(code, 1, err);
  assert.match(err, /^cim: .*Lost 3 log lines.* \(log_lines_lost\)$/m);
});
