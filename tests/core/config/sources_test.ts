import assert from "node:assert/strict";
import {
  json,
  loadSources,
  type LoadSourcesOptions,
  readSection,
  sourcesFrom,
} from "../../../core/config/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

/** Reads from memory and remembers what was asked for. */
function memory(files: Record<string, string>) {
  const asked: string[] = [];
  const readText = (path: string) => {
    asked.push(path);
    return files[path];
  };
  return { asked, readText };
}

Deno.test("loadSources() takes the file named by --config before the one named by APP_CONFIG", async () => {
  const { readText } = memory({ "a.yaml": "x: { y: 1 }", "b.yaml": "x: { y: 2 }" });
  const env = { APP_CONFIG: "b.yaml" };
  const envPrefix = "APP_";
  const named = await loadSources({ configPath: "a.yaml", env, envPrefix, readText });
  assert.equal(named.file?.path, "a.yaml");
  assert.equal((await loadSources({ env, envPrefix, readText })).file?.path, "b.yaml");
  assert.equal((await loadSources({ env, readText })).file, undefined);
});

Deno.test("loadSources() names the variable that names a missing file", async () => {
  const options = { env: { APP_CONFIG: "b.yaml" }, envPrefix: "APP_", readText: () => undefined };
  await assert.rejects(loadSources(options), {
    code: "config_unreadable",
    message: "Cannot read configuration b.yaml: no such file; correct APP_CONFIG",
  });
});

Deno.test("loadSources() searches the default paths in order, and has no file when none exists", async () => {
  const defaultPaths = ["./app.yaml", "./app.json", "/etc/app.yaml"];
  const { asked, readText } = memory({ "./app.json": '{"x":{}}' });
  assert.equal((await loadSources({ env: {}, defaultPaths, readText })).file?.path, "./app.json");
  assert.deepEqual(asked, ["./app.yaml", "./app.json"]);
  const nothing = { env: {}, readText: () => undefined };
  assert.equal((await loadSources({ ...nothing, defaultPaths })).file, undefined);
  assert.equal((await loadSources(nothing)).file, undefined);
});

Deno.test("D-CFG-1 loadSources() fails when a named file is missing", async () => {
  await assert.rejects(
    loadSources({ configPath: "nope.yaml", env: {}, readText: () => undefined }),
    { code: "config_unreadable", message: /nope\.yaml: no such file; correct --config/ },
  );
});

const unreadable: [string, string, RegExp][] = [
  ["broken YAML", "a: [1", /parse configuration app\.yaml: .*line 1/],
  ["the same key twice", "a: 1\na: 2", /parse configuration app\.yaml: .*unique/],
  [
    "a list",
    "- a",
    /parse configuration app\.yaml: the document must be a mapping of keys, found a/,
  ],
  [
    "20,000 lists in one another",
    `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`,
    /app\.yaml: lists and mappings must be nested at most 100 levels deep/,
  ],
  [
    "101 mappings in one another",
    `${"{a: ".repeat(101)}1${"}".repeat(101)}`,
    /app\.yaml: lists and mappings must be nested at most 100 levels deep/,
  ],
  [
    "two documents",
    "a: {}\n---\nb: {}",
    /app\.yaml: the file must have one document; remove .* at line 2, column 1$/,
  ],
  [
    "a text",
    "hello",
    /parse configuration app\.yaml: the document must be a mapping of keys, found a/,
  ],
];
for (const [name, text, message] of unreadable) {
  Deno.test(`loadSources() reports the place of the mistake in a file with ${name}`, async () => {
    const { readText } = memory({ "app.yaml": text });
    await assert.rejects(loadSources({ configPath: "app.yaml", env: {}, readText }), {
      code: "config_unreadable",
      message,
    });
  });
}

Deno.test("loadSources() reads 100 levels of YAML and JSON, and refuses more in JSON and in --set", async () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  for (const path of ["app.yaml", "app.json"]) {
    const { readText } = memory({ [path]: nested(100) });
    assert((await loadSources({ configPath: path, env: {}, readText })).file);
  }
  const { readText } = memory({ "app.json": nested(20_000) });
  await assert.rejects(loadSources({ configPath: "app.json", env: {}, readText }), {
    code: "config_unreadable",
    message: /app\.json: lists and mappings must be nested at most 100 levels deep$/,
  });
  const fields = { map: json((z) => z.unknown(), { doc: "Anything." }) };
  const { problems } = readSection(
    "web",
    fields,
    sourcesFrom({ sets: [`web.map=${nested(20_000)}`] }),
  );
  assert.deepEqual(problems.map(({ message }) => message), [
    "lists and mappings must be nested at most 100 levels deep",
  ]);
});

Deno.test("loadSources() reads an empty file as one without sections", async () => {
  const { readText } = memory({ "app.yaml": "" });
  const { file } = await loadSources({ configPath: "app.yaml", env: {}, readText });
  assert.deepEqual(file?.values, {});
});

Deno.test("T-CFG a plugin's file is named by flag, by variable, or by default, else searched for in the folder", async () => {
  const files = { "a.conf": "", "b.conf": "", "etcd.conf": "", "/etc/agent/etcd.conf": "" };
  const found = async (
    options: Parameters<typeof loadSources>[0],
    present = files,
  ) => {
    const { readText } = memory(present);
    const sources = await loadSources({ sections: ["etcd"], env: {}, readText, ...options });
    return sources.pluginFiles.get("etcd")?.path;
  };
  const env = { ETCD_CONFIG: "b.conf" };
  assert.equal(await found({ pluginPaths: { etcd: "a.conf" }, env }), "a.conf");
  assert.equal(await found({ env }), "b.conf");
  assert.equal(await found({}), "etcd.conf");
  const inFolder = { "/etc/agent/etcd.conf": "" } as typeof files;
  assert.equal(await found({ configDir: "/etc/agent" }, inFolder), "/etc/agent/etcd.conf");
  assert.equal(
    await found({ env: { CONFIG_DIR: "/etc/agent" } }, inFolder),
    "/etc/agent/etcd.conf",
  );
  assert.equal(await found({}, inFolder), undefined);
});

Deno.test("T-CFG an empty name disables a plugin's file, and a missing one that was named is an error", async () => {
  const { readText } = memory({ "etcd.conf": "" });
  const options = { sections: ["etcd"], readText };
  assert.equal((await loadSources({ ...options, env: { ETCD_CONFIG: "" } })).pluginFiles.size, 0);
  await assert.rejects(loadSources({ ...options, env: { ETCD_CONFIG: "nope.conf" } }), {
    code: "config_unreadable",
    message: /nope\.conf/,
  });
});

Deno.test("the variable of a plugin's file has underscores where the name has dashes", async () => {
  const { readText } = memory({ "x.conf": "" });
  const env = { MY_PLUGIN_CONFIG: "x.conf" };
  const sources = await loadSources({ sections: ["my-plugin"], env, readText });
  assert.equal(sources.pluginFiles.get("my-plugin")?.path, "x.conf");
});

for (const argument of ["rest.port", "=5", "port=5", ""]) {
  Deno.test(`loadSources() refuses --set "${argument}" with an example`, async () => {
    await assert.rejects(loadSources({ sets: [argument], env: {}, readText: () => undefined }), {
      code: "config_invalid",
      message: /must be section\.key=value, for example --set rest\.port=6060/,
    });
  });
}

Deno.test("--set keeps what follows the first equals sign, and the last one of a key counts", async () => {
  const sets = ["a.b=1", "a.b=x=y"];
  const sources = await loadSources({ sets, env: {}, readText: () => undefined });
  assert.deepEqual([...sources.sets], [["a.b", "x=y"]]);
});

Deno.test("loadSources() reads real files, and reports a folder in place of a file", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await Deno.writeTextFile(`${folder}/app.yaml`, "rest: { port: 1 }");
  const { file } = await loadSources({ configPath: `${folder}/app.yaml`, env: {} });
  assert.deepEqual(file?.values, { rest: { port: 1 } });
  await assert.rejects(loadSources({ configPath: folder, env: {} }), {
    code: "config_unreadable",
    message: /Cannot read configuration .*directory/i,
  });
});

const wrongJson: [name: string, text: string, message: RegExp][] = [
  ["a trailing comma", '{ "rest": { "port": 1, } }', /parse configuration app\.json: .*JSON/],
  ["a comment", '{ "rest": {} } // end', /parse configuration app\.json: .*JSON/],
  ["YAML", "rest: { port: 1 }", /parse configuration app\.json: .*JSON/],
  ["a repeated key", '{ "a": { "b": 1,\n"b": 2 } }', /keys must be unique: "b" in line 2/],
];
for (const [name, text, message] of wrongJson) {
  Deno.test(`loadSources() refuses a .json file with ${name}`, async () => {
    const { readText } = memory({ "app.json": text });
    const options = { configPath: "app.json", env: {}, readText };
    await assert.rejects(loadSources(options), { code: "config_unreadable", message });
  });
}

Deno.test("loadSources() accepts equal keys of different objects, and texts that look like keys", async () => {
  const document = { a: { b: '"b": {', c: [{ b: 1 }, { b: 2 }] }, b: { "x\\": 1, 'x"': 2 } };
  const { readText } = memory({ "app.json": JSON.stringify(document) });
  const { file } = await loadSources({ configPath: "app.json", env: {}, readText });
  assert.deepEqual(file?.values, document);
});

for (const text of ["rest: &x { b: *x }", "&r\nrest: *r", "rest: &a [1, [*a]]"]) {
  Deno.test(`loadSources() refuses YAML that contains itself: ${JSON.stringify(text)}`, async () => {
    const { readText } = memory({ "app.yaml": text });
    await assert.rejects(loadSources({ configPath: "app.yaml", env: {}, readText }), {
      code: "config_unreadable",
      message: /parse configuration app\.yaml: the document contains itself/,
    });
  });
}

Deno.test("loadSources() accepts an alias of a value beside it", async () => {
  const { readText } = memory({ "app.yaml": "a: &a { n: 1 }\nb: { x: *a, y: *a }" });
  const { file } = await loadSources({ configPath: "app.yaml", env: {}, readText });
  assert.deepEqual(file?.values, { a: { n: 1 }, b: { x: { n: 1 }, y: { n: 1 } } });
});

const endless: [place: string, options: LoadSourcesOptions][] = [
  ["--config", { configPath: "/dev/zero", env: {} }],
  ["the variable", { env: { APP_CONFIG: "/dev/zero" }, envPrefix: "APP_" }],
  ["a plugin's flag", { pluginPaths: { etcd: "/dev/zero" }, sections: ["etcd"], env: {} }],
];
for (const [place, options] of endless) {
  Deno.test(`loadSources() refuses a file without end that ${place} names`, async () => {
    await assert.rejects(loadSources(options), {
      code: "config_unreadable",
      message: /Cannot read configuration \/dev\/zero: .*larger than 1MiB/,
    });
  });
}

Deno.test("loadSources() reads files that begin with a byte order mark", async () => {
  using dir = tempDir();
  const folder = dir.path;
  const utf16 = new Uint8Array(
    new Uint16Array([0xfeff, ...[..."a: {}"].map((c) => c.charCodeAt(0))]).buffer,
  );
  const files: [name: string, content: Uint8Array][] = [
    ["a.yaml", new TextEncoder().encode("\ufeffa: {}")],
    ["a.json", new TextEncoder().encode('\ufeff{ "a": {} }')],
    ["b.yaml", utf16],
  ];
  for (const [name, content] of files) {
    await Deno.writeFile(`${folder}/${name}`, content);
    const { file } = await loadSources({ configPath: `${folder}/${name}`, env: {} });
    assert.deepEqual(file?.values, { a: {} }, name);
  }
});

Deno.test("loadSources() refuses a file for a plugin that does not exist, with the nearest name", async () => {
  const options = { sections: ["nats_server", "etcd"], env: {}, readText: () => "{}" };
  await assert.rejects(loadSources({ ...options, pluginPaths: { nats_sever: "a" } }), {
    code: "config_invalid",
    message:
      'Cannot use --nats-sever-config: there is no plugin "nats_sever"; did you mean --nats-server-config?',
  });
  await assert.rejects(loadSources({ ...options, pluginPaths: { zookeeper: "a" } }), {
    message: 'Cannot use --zookeeper-config: there is no plugin "zookeeper"; remove the option',
  });
});

Deno.test("loadSources() refuses --config-dir when it is no folder", async () => {
  using folder = tempDir();
  const [file, missing] = [folder.join("file"), folder.join("missing")];
  await Deno.writeTextFile(file, "");
  for (const [path, reason] of [[file, "it is not a folder"], [missing, "no such folder"]]) {
    await assert.rejects(loadSources({ configDir: path, env: {} }), {
      code: "config_unreadable",
      message: `Cannot read the configuration folder ${path}: ${reason}; correct --config-dir`,
    });
  }
  assert.equal((await loadSources({ configDir: folder.path, env: {} })).file, undefined);
});
