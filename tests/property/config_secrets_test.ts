import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  agentToken,
  createAgent,
  definePlugin,
  describeError,
  formatJson,
  formatText,
  integer,
  json,
  list,
  loadSources,
  LogRegistry,
  secret,
  text,
} from "../../core/mod.ts";

/** What every secret of this test contains. */
const mark = "s3cr3tMARK";

const config = {
  password: secret({ doc: "Password." }),
  users: json((z) => z.array(z.strictObject({ user: z.string(), password: z.string() })), {
    doc: "Users.",
    default: [],
  }),
  endpoints: list({ doc: "Endpoints.", default: [] }),
  url: text({ doc: "URL.", pattern: /^https?:/, patternDoc: "must be an http URL" }),
  port: integer({ doc: "Port.", default: 1 }),
};

/** A plugin that logs its configuration, and fails to start with an error about its URL. */
const careless = definePlugin({
  name: "web",
  config,
  init({ config, log, status }) {
    log.info(`Connecting to ${config.url}`, { config, endpoints: config.endpoints });
    status.degraded(new Error(`Cannot reach ${config.url}`));
    if (config.port === 2) throw new Error(`Cannot connect to ${config.url}: refused`);
  },
});

// No comma: it separates the items of a list in the environment.
const word = fc.stringMatching(/^[a-z0-9:;!$&'()*+=_~%-]{0,12}$/);
const secretText = fc.tuple(word, word).map(([before, after]) => `${before}${mark}${after}`);
const urlText = fc.tuple(fc.constantFrom("http", "nats", "redis"), secretText)
  .map(([scheme, password]) => `${scheme}://user:${password}@host:1234/path`);
/** A right or wrong value of the key, with a secret in it. */
const values: Record<string, fc.Arbitrary<unknown>> = {
  password: fc.oneof(secretText, secretText.map((text) => [text]), secretText.map((x) => ({ x }))),
  users: fc.oneof(
    secretText.map((password) => [{ user: "a", password }]),
    secretText.map((password) => [{ user: "a", pwd: password }]),
    secretText.map((password) => [{ user: 1, password }]),
    secretText.map((password) => [`a:${password}`]),
    secretText,
  ),
  endpoints: fc.oneof(urlText, fc.array(urlText, { minLength: 1, maxLength: 3 })),
  url: fc.oneof(urlText, urlText.map((url) => [url])),
  port: fc.oneof(urlText, fc.constant(2)),
};
const given = fc.record({
  key: fc.constantFrom(...Object.keys(values)),
  source: fc.constantFrom("json", "yaml", "broken", "env", "set", "bare set"),
}).chain(({ key, source }) => values[key].map((value) => ({ key, source, value })));

function optionsOf(key: string, source: string, value: unknown) {
  const flat = typeof value === "string" ? value : JSON.stringify(value);
  const document = JSON.stringify({ web: { [key]: value } });
  const none = { env: {}, envPrefix: "APP_", readText: () => undefined };
  const file = (path: string, content: string) => ({
    ...none,
    configPath: path,
    readText: (asked: string) => asked === path ? content : undefined,
  });
  switch (source) {
    case "json":
      return file("app.json", document);
    case "yaml":
      return file("app.yaml", document);
    case "broken":
      return file(`app.${flat.length % 2 ? "json" : "yaml"}`, document.slice(0, -2) + ' "x: ]');
    case "env":
      return { ...none, env: { [`APP_WEB_${key.toUpperCase()}`]: flat } };
    case "set":
      return { ...none, sets: [`web.${key}=${flat}`] };
    default:
      return { ...none, sets: [`${key}=${flat}`] };
  }
}

/** Everything that a program prints or serves when it runs with this configuration. */
async function outputOf(key: string, source: string, value: unknown): Promise<string> {
  const lines: string[] = [];
  const logs = new LogRegistry({
    level: "debug",
    sinks: [(entry) => lines.push(formatText(entry), formatJson(entry))],
  });
  try {
    const sources = await loadSources(optionsOf(key, source, value));
    const agent = createAgent({ plugins: [careless], sources, logs });
    try {
      await agent.start();
      lines.push(JSON.stringify(agent.get(agentToken).effectiveConfig()));
      await agent.stop();
    } finally {
      const { history } = agent.status.plugin("web") ?? { history: [] };
      // Errors and reasons are redacted where they are printed.
      for (const { reason } of history) logs.logger("status").info(reason);
    }
  } catch (error) {
    logs.logger("cli").error(describeError(error));
    if (!(error instanceof Error && /refused/.test(describeError(error)))) {
      lines.push(describeError(error), String(error));
    }
  }
  return lines.join("\n");
}

Deno.test("no message, log record or shown configuration contains a secret of the configuration", async () => {
  await fc.assert(
    fc.asyncProperty(given, async ({ key, source, value }) => {
      const output = await outputOf(key, source, value);
      assert(!output.includes(mark), `${source} of ${key}, ${JSON.stringify(value)}:\n${output}`);
    }),
    { numRuns: 300 },
  );
});
