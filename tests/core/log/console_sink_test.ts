import assert from "node:assert/strict";
import { consoleSink, formatJson, formatText, type LogEntry } from "../../../core/log/mod.ts";

const entry: LogEntry = {
  time: Date.UTC(2026, 0, 31, 12),
  level: "info",
  logger: "etcd",
  message: "Connected",
  fields: { endpoint: "a" },
};

Deno.test("formatText() is one line with time, level, logger, message and fields", () => {
  assert.equal(formatText(entry), '2026-01-31T12:00:00.000Z INFO  etcd Connected {"endpoint":"a"}');
  assert.equal(
    formatText({ ...entry, level: "error", fields: {} }),
    "2026-01-31T12:00:00.000Z ERROR etcd Connected",
  );
});

Deno.test("formatText() keeps a message with line breaks on one line", () => {
  const line = formatText({ ...entry, message: "a\r\nb", fields: { text: "c\nd" } });
  assert(!/[\r\n]/.test(line), line);
});

Deno.test("formatText() and formatJson() escape what a terminal acts on when a message or a field has it", () => {
  const text = "\x1b]0;title\x07\x9b\u202e\u061c";
  const hostile = { ...entry, message: text, fields: { [`key${text}`]: text } };
  for (const line of [formatText(hostile), formatJson(hostile)]) {
    assert.doesNotMatch(line, /[^\P{Cc}]|[\u061c\u202e]/u);
  }
  assert.equal(JSON.parse(formatJson(hostile)).message, text);
});

Deno.test("formatJson() is one JSON object a line", () => {
  assert.deepEqual(JSON.parse(formatJson(entry)), {
    time: "2026-01-31T12:00:00.000Z",
    level: "info",
    logger: "etcd",
    message: "Connected",
    endpoint: "a",
  });
});

Deno.test("T-LOG formatJson() lets no field take the place of time, level, logger or message", () => {
  const fields = { time: 1, level: "x", logger: "y", message: "z", other: 2 };
  assert.deepEqual(JSON.parse(formatJson({ ...entry, fields })), {
    time: "2026-01-31T12:00:00.000Z",
    level: "info",
    logger: "etcd",
    message: "Connected",
    "fields.time": 1,
    "fields.level": "x",
    "fields.logger": "y",
    "fields.message": "z",
    other: 2,
  });
});

Deno.test("consoleSink() writes one line a record in the format asked for", () => {
  const lines: string[] = [];
  consoleSink("text", (line) => lines.push(line))(entry);
  consoleSink("json", (line) => lines.push(line))(entry);
  assert.deepEqual(lines, [formatText(entry), formatJson(entry)]);
});

Deno.test("consoleSink() writes to standard error and leaves standard output to the product", async () => {
  const entry = new URL("../../../core/log/mod.ts", import.meta.url);
  const code = `import { consoleSink } from "${entry}";
    consoleSink()({ time: 0, level: "warn", logger: "a", message: "Hello", fields: {} });`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", code],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
  assert.equal(new TextDecoder().decode(stderr), "1970-01-01T00:00:00.000Z WARN  a Hello\n");
});
