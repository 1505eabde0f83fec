import assert from "node:assert/strict";
import {
  choice,
  describeJsonSchema,
  describeMarkdown,
  duration,
  flag,
  integer,
  secret,
  size,
  text,
} from "../../../core/config/mod.ts";

const rest = {
  section: "rest",
  fields: {
    port: integer({ doc: "Port.", default: 6060, min: 0, max: 65_535, aliases: ["OLD_PORT"] }),
    maxBodyBytes: size({ doc: "Largest body.", default: 2 ** 20 }),
    idleTimeoutMs: duration({ doc: "Idle | waiting.", default: 90_000 }),
    host: text({ doc: "Address.", default: "" }),
    level: choice(["low", "high"], { doc: "Level.", default: "low" }),
    password: secret({ doc: "Password." }),
  },
};

Deno.test("describeMarkdown() is a table of keys as the operator writes them", () => {
  assert.equal(
    describeMarkdown([rest]),
    [
      "#### `rest`",
      "",
      "| Key | Type | Default | Meaning |",
      "| --- | --- | --- | --- |",
      "| `port` | integer from 0 to 65535 | `6060` | Port. Also `OLD_PORT`. |",
      "| `max_body` | size | `1MiB` | Largest body. |",
      "| `idle_timeout` | duration | `90s` | Idle \\| waiting. |",
      '| `host` | text | `""` | Address. |',
      "| `level` | `low`, `high` | `low` | Level. |",
      "| `password` | secret |  | Password. |",
      "",
    ].join("\n"),
  );
});

Deno.test("a section that several plugins read is described once, with the keys of all", () => {
  const more = { section: "rest", fields: { quick: flag({ doc: "Quick.", default: true }) } };
  const markdown = describeMarkdown([rest, more]);
  assert.equal(markdown.split("#### `rest`").length, 2);
  assert.match(markdown, /\| `quick` \| flag \| `true` \| Quick\. \|/);
});

Deno.test("describeJsonSchema() gives types, bounds and defaults that a file could hold", () => {
  const { properties } = describeJsonSchema([rest]) as {
    properties: { rest: { properties: Record<string, Record<string, unknown>> } };
  };
  const { port, max_body, level, password } = properties.rest.properties;
  assert.deepEqual(
    [port.type, port.minimum, port.maximum, port.default, port.description],
    ["integer", 0, 65_535, 6060, "Port."],
  );
  assert.equal(max_body.default, "1MiB");
  assert.deepEqual(level.enum, ["low", "high"]);
  assert.equal(password.type, "string");
  assert(!("default" in password));
});
