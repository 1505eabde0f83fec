import assert from "node:assert/strict";
import { cimPlugins } from "../../cim/assembly/mod.ts";
import { mergeSections } from "../../core/mod.ts";
import { httpToken } from "../../plugins/http/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { root } from "../architecture/_source_tree.ts";
import { codeBlocks, pathList, readmeUrl, renewed } from "./_readme.ts";
import { withRunningAgent } from "./_running_agent.ts";
import { runTutorial } from "./_shop.ts";

const readme = await Deno.readTextFile(readmeUrl);

Deno.test("the generated parts of the README are up to date", async () => {
  const names = [...readme.matchAll(/<!-- generated: (\w+) -->/g)].map(([, name]) => name);
  assert.deepEqual(names, ["commands", "configuration", "settings", "errors", "metrics"]);
  assert(
    await renewed(readme) === readme,
    "the README is stale: run `deno run -A tests/docs/write_readme.ts`",
  );
});

Deno.test("every file that README, CONTRIBUTING and the examples' README point to is there", async () => {
  for (const page of ["README.md", "CONTRIBUTING.md", "examples/README.md"]) {
    const url = new URL(page, root);
    const links = [
      ...(await Deno.readTextFile(url)).matchAll(/\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)/g),
    ];
    assert(links.length > 0, page);
    for (const [, path] of links) {
      assert(await isThere(new URL(path, url)), `${page} points to ${path}`);
    }
  }
});

Deno.test("every example is in the examples' README with the command that runs it", async () => {
  const page = await Deno.readTextFile(new URL("examples/README.md", root));
  const examples = [...Deno.readDirSync(new URL("examples", root))].filter(({ isDirectory }) =>
    isDirectory
  );
  for (const { name } of examples) {
    assert.match(
      page,
      new RegExp(`^\\| \\[\`${name}\`\\].*\`.*examples/${name}/.*\` +\\|$`, "m"),
      name,
    );
  }
});

for (const name of ["log", "change-set"]) {
  Deno.test(`"How it works" names at most eight files for the path of a ${name}`, () => {
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
    args: ["run", "-A", "main.ts"],
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

Deno.test("the README's table of routes lists what the agent serves, and to which peers", async () => {
  const served = await withRunningAgent(
    {},
    (agent) =>
      agent.get(httpToken).routes.map(({ method, path, access }) =>
        `${method} ${path} ${access === "loopback" ? "loopback" : "all"}`
      ),
  );
  const rows = [...readme.matchAll(/^\| (`(?:GET|POST|PUT|DELETE|PATCH) .*?) +\| (\w+) +\|/gm)];
  const listed = rows.flatMap(([, routes, peers]) =>
    [...routes.matchAll(/`([^`]+)`/g)].map(([, route]) => `${route} ${peers}`)
  );
  assert.deepEqual(listed.toSorted(), served.toSorted());
});

Deno.test("the README's version of Deno is the one that runs the tests", () => {
  const versions = new Set([...readme.matchAll(/deno@([\d.]+)/g)].map(([, version]) => version));
  assert.deepEqual([...versions], [Deno.version.deno]);
});

Deno.test("the README's TypeScript application registers, logs and is reconfigured", async () => {
  using folder = tempDir();
  const script = folder.join("app.ts");
  await Deno.writeTextFile(script, codeBlocks(readme, "ts")[0]);
  const args = ["run", "-A", script];
  const printed = await runTutorial({ program: Deno.execPath(), args });
  assert.match(printed, /^Registered: 200 \{.*\nLogged one line;.*\nApplied \[\{"op":"replace"/);
});

async function isThere(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
