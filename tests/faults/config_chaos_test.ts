/*
 * Kills of agent, etcd and application at random times while change-sets are written. The random numbers depend on
 * `CIM_TEST_SEED` only; the interleaving also depends on the machine.
 */
import assert from "node:assert/strict";
import { textCodec } from "../../core/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { randomFrom } from "../_support/random.ts";
import { until } from "../_support/until.ts";
import { type AgentProcess, changeSets, commitKey, freePort, startAgent } from "../e2e/_agent.ts";
import { type PrivateServer, requirePrivate, startPrivate } from "../integration/_servers.ts";
import { ChaosApp } from "./_chaos_app.ts";
import { tempDir } from "../_support/temp_dir.ts";

const { ignore } = requirePrivate("etcd");
const seed = Number(Deno.env.get("CIM_TEST_SEED") ?? "1");
const changeSetCount = 60;
const rounds = 9;
const statusKey = commitKey.replace("commit-config", "commit-status");

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function statusOf(revision: number): string {
  if (revision % 7 === 0) return "failure";
  return revision % 5 === 0 ? "unused" : "success";
}

/** Starts an agent and waits until its REST port answers; it need not be ready, for etcd may be down. */
async function start(folder: string, etcd: PrivateServer, app: ChaosApp): Promise<AgentProcess> {
  const agent = await startAgent({
    folder,
    ready: false,
    config: {
      etcd: { endpoints: [`127.0.0.1:${etcd.port}`], operation_timeout: "1s" },
      app: { port: app.port },
    },
  });
  await until("the agent answers", async () => (await agent.get("/liveness")).status === 200, {
    retryErrors: true,
  });
  // The NATS port opens last, when every part can take messages.
  await until("the agent accepts NATS clients", async () => {
    await app.connect(agent.natsUrl);
    return true;
  }, { retryErrors: true });
  return agent;
}

async function register({ restUrl }: AgentProcess, { containerId }: ChaosApp): Promise<void> {
  const response = await fetch(`${restUrl}/api/v1/_operations/xgvela/register`, {
    method: "POST",
    body: JSON.stringify({ container_name: "amf", container_id: containerId }),
  });
  await response.body?.cancel();
  assert.equal(response.status, 200);
}

/** Writes all change-sets, each again until etcd took it. */
async function writeAll(cmaas: EtcdStore, random: () => number): Promise<void> {
  for (let revision = 2; revision < 2 + changeSetCount; revision++) {
    const file = random() < 0.7 ? "amf.json" : "other.json";
    const key = `${changeSets}/${file}/${revision}`;
    await until(`etcd takes ${key}`, async () => {
      await cmaas.put(key, textCodec.encode("[]"), { ttlMs: 300_000 });
      return true;
    }, { retryErrors: true, withinMs: 60_000, everyMs: 50 });
    await sleep(random() * 400);
  }
}

/** Every value that a key has had, in order. */
async function historyOf(store: EtcdStore, key: string): Promise<string[]> {
  const values: string[] = [];
  const last = (await store.get(key))?.revision ?? 0;
  const controller = new AbortController();
  const { signal } = controller;
  for await (const { changes, revision } of await store.watch(key, { fromRevision: 1, signal })) {
    for (const change of changes) {
      if (change.type === "put") values.push(textCodec.decode(change.entry.value));
    }
    if (revision >= last) controller.abort();
  }
  return values;
}

interface Change {
  readonly key: string;
  readonly revision: number;
  readonly state: string;
  readonly verdict?: string;
  readonly commit?: string;
}

async function changesOf(agent: AgentProcess): Promise<Change[]> {
  return JSON.parse((await agent.get("/api/v1/config/changes")).text).changes;
}

Deno.test({
  name: "kills of agent, etcd and application break no order, lower no commit and lose no failure",
  ignore,
  async fn() {
    const random = randomFrom(seed);
    await using etcd = await startPrivate("etcd");
    await using cmaas = new EtcdStore({
      endpoints: [`127.0.0.1:${etcd.port}`],
      operationTimeoutMs: 1_000,
    });
    await using app = new ChaosApp(freePort(), statusOf);
    using dir = tempDir({ prefix: "cim-chaos-" });
    const folder = dir.path;
    let agent = await start(folder, etcd, app);
    try {
      await register(agent, app);
      const writing = writeAll(cmaas, randomFrom(seed + 1));
      for (let round = 0; round < rounds; round++) {
        await sleep(500 + random() * 1_500);
        const action = random();
        if (action < 0.5) {
          agent.kill("SIGKILL");
          await agent.ended;
          agent = await start(folder, etcd, app);
        } else if (action < 0.8) {
          await etcd.kill();
          await sleep(300 + random() * 1_500);
          await etcd.restart();
        } else {
          await app.restart(random() * 800);
          await register(agent, app);
        }
      }
      await writing;
      const last = 1 + changeSetCount;
      const changes = await until("every verdict is committed", async () => {
        const list = await changesOf(agent);
        const isDone = list.some(({ revision }) => revision === last) &&
          list.every(({ state, commit }) =>
            !["seen", "retrying", "pushed"].includes(state) && (state === "committed" || !commit)
          );
        return isDone && list;
      }, { withinMs: 120_000, everyMs: 200, retryErrors: true });

      assert.deepEqual(changes.filter(({ state }) => state === "timed_out"), []);
      // The order of the requests, in each start of the application.
      for (const start of new Set(app.pushes.map(({ start }) => start))) {
        const sent = app.pushes.filter((push) => push.start === start).map((push) => push.revision);
        assert.deepEqual(sent, sent.toSorted((a, b) => a - b), `start ${start}: ${sent.join(" ")}`);
      }
      const commits = await historyOf(cmaas, commitKey);
      const raised = commits.map(Number).filter((value) => value >= 0);
      assert.deepEqual(raised, raised.toSorted((a, b) => a - b), commits.join(" "));
      const details = (await historyOf(cmaas, statusKey)).map((text) => JSON.parse(text));
      for (const { key, status } of app.confirmed) {
        if (status !== "failure") continue;
        const isWritten = details.some((detail) =>
          detail.key === key && detail.verdict === "failed"
        );
        assert(isWritten, `the failure of ${key} is not in the history of ${statusKey}`);
      }
      const failures = new Set(
        app.confirmed.filter(({ status }) => status === "failure").map(({ key }) => key),
      );
      assert(failures.size > 0, "no failure was tested");
      assert(commits.filter((value) => value === "-1").length >= failures.size, commits.join(" "));
    } finally {
      await agent[Symbol.asyncDispose]();
    }
  },
});
