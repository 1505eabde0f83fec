import assert from "node:assert/strict";
import { cimPlugins } from "../../cim/assembly/mod.ts";
import { registrationToken } from "../../cim/registration/mod.ts";
import { configStoreToken } from "../../cim/store/mod.ts";
import { type Agent, mergeSections, systemClock } from "../../core/mod.ts";
import { httpToken } from "../../plugins/http/mod.ts";
import { natsServerToken } from "../../plugins/nats_server/mod.ts";
import { codeBlocks, pathList, readmeUrl, renewed } from "./_readme.ts";
import { withRunningAgent } from "./_running_agent.ts";

const readme = await Deno.readTextFile(readmeUrl);

Deno.test("the generated parts of the README are what the code says now", async () => {
  const names = [...readme.matchAll(/<!-- generated: (\w+) -->/g)].map(([, name]) => name);
  assert.deepEqual(names, ["configuration", "errors", "metrics"]);
  assert(
    await renewed(readme) === readme,
    "the README is stale: run `deno run -A tests/docs/write_readme.ts`",
  );
});

Deno.test("every file that the README and CONTRIBUTING point to is there", async () => {
  const contributing = await Deno.readTextFile(new URL("../../CONTRIBUTING.md", import.meta.url));
  const links = [...`${readme}\n${contributing}`.matchAll(/\]\((?!https?:)([^)#]+)\)/g)];
  assert(links.length > 10);
  for (const [, path] of links) await Deno.stat(new URL(path, readmeUrl));
});

for (const name of ["log", "change-set"]) {
  Deno.test(`"How it works" names at most eight files for a ${name}, and what it says of them is one line`, () => {
    const steps = pathList(readme, name);
    assert(steps.length > 0 && steps.length <= 8, `${steps.length} steps`);
  });
}

Deno.test("every `deno task` and `cim` command that the README names exists", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const named = [...readme.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z:]+)/g)].map(([, task]) => task);
  assert(named.length > 4);
  for (const task of named) assert(task in tasks, `deno task ${task}`);

  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "-A", "main.ts"],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const help = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  for (const [, command] of readme.matchAll(/^\| `cim ([a-z]+)/gm)) {
    assert.match(help, new RegExp(`^  ${command}\\b`, "m"), `cim ${command}`);
  }
});

Deno.test("every key that the README sets is a key of the configuration", () => {
  const known = mergeSections(
    cimPlugins().map(({ section, config }) => ({ section, fields: config })),
  ).flatMap(([section, fields]) => fields.map(([key]) => `${section}.${key}`));
  const set = [...readme.matchAll(/--set ([a-z_]+\.[a-z_]+)=/g)].map(([, key]) => key);
  assert(set.length > 3);
  const pattern = "section.key";
  assert.deepEqual(set.filter((key) => key !== pattern && !known.includes(key)), []);
});

Deno.test("the README's table of routes is what the agent serves, and to whom", async () => {
  const served = await withRunningAgent(
    {},
    (agent) =>
      agent.get(httpToken).routes.map(({ method, path, access }) =>
        `${method} ${path} ${access === "loopback" ? "loopback" : "all"}`
      ),
  );
  const rows = [...readme.matchAll(/^\| (`(?:GET|POST|PUT|DELETE|PATCH) .*?) +\| (\w+) +\|/gm)];
  const told = rows.flatMap(([, routes, peers]) =>
    [...routes.matchAll(/`([^`]+)`/g)].map(([, route]) => `${route} ${peers}`)
  );
  assert.deepEqual(told.toSorted(), served.toSorted());
});

Deno.test("the README's version of Deno is the one that runs the tests", () => {
  const versions = new Set([...readme.matchAll(/deno@([\d.]+)/g)].map(([, version]) => version));
  assert.deepEqual([...versions], [Deno.version.deno]);
});

Deno.test("the README's application registers, logs and is reconfigured", async () => {
  const [code] = codeBlocks(readme, "ts");
  let logs = "";
  await withRunningAgent({}, async (agent, folder) => {
    logs = `${folder}/logs`;
    const script = `${folder}/app.ts`;
    await Deno.writeTextFile(script, code);
    const app = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", script],
      env: {
        CIM_REST_PORT: `${agent.get(httpToken).port}`,
        CIM_NATS_PORT: `${agent.get(natsServerToken).port}`,
        APP_PORT: `${freePort()}`,
      },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    try {
      const { store } = agent.get(configStoreToken);
      const text = (key: string) => store.get(key).then((entry) => entry && decode(entry.value));
      await until("the application is registered", () => agent.get(registrationToken).current);
      await until("the line has arrived", () => sampleOf(agent, "cim_total_messages_counter") > 0);
      const patch = '[{"op":"replace","path":"/open","value":true}]';
      await store.put("change-set/default/shop/v0/ms/shop.json/1", new TextEncoder().encode(patch));
      const commit = "commit-config/default/shop/v0/ms/shop-0";
      await until("the change-set is committed", async () => await text(commit) === "1");
    } catch (error) {
      app.kill("SIGKILL");
      const { stdout, stderr } = await app.output();
      throw new Error(`the application printed: ${decode(stdout)}${decode(stderr)}`, {
        cause: error,
      });
    }
    app.kill("SIGTERM");
    await app.output();
    await agent.stop();
    const [file] = [...Deno.readDirSync(logs)].filter(({ name }) => name.includes("_shop-1.log"));
    assert.equal(await Deno.readTextFile(`${logs}/${file.name}`), "Hello from the shop\n");
  });
});

/** A free port in the range that an application may have. */
function freePort(): number {
  for (let port = 5_000 + Deno.pid % 4_000; port <= 10_000; port++) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Cannot find a free port between 5000 and 10000");
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function sampleOf(agent: Agent, name: string): number {
  const family = agent.metrics.families().find((family) => family.name === name);
  assert(family && family.type !== "histogram", name);
  const samples = family.collect();
  return typeof samples === "number"
    ? samples
    : [...samples].reduce((sum, { value }) => sum + value, 0);
}

/** Polls until the answer is there, for at most 30 s. */
async function until(what: string, ask: () => unknown): Promise<void> {
  const end = performance.now() + 30_000;
  while (!await ask()) {
    assert(performance.now() < end, `not within 30 s: ${what}`);
    await systemClock.sleep(20);
  }
}
