import assert from "node:assert/strict";
import { Builder } from "npm:flatbuffers@25.9.23";
import { EventDocument, EventView, LogMessageView } from "../../cim/wire/mod.ts";
import { root } from "../architecture/_source_tree.ts";

/** Name and type of a field of a table, at the index of its slot. */
type SchemaField = readonly [name: string, type: string];

/** The fields of a table of a schema file. */
function fieldsOf(file: string, table: string): SchemaField[] {
  const schema = Deno.readTextFileSync(new URL(`examples/schemas/${file}`, root))
    .replaceAll(/\/\/.*$/gm, "");
  const body = new RegExp(`table ${table} \\{([^}]*)\\}`).exec(schema)?.[1];
  assert(body !== undefined, `${file} has no table ${table}`);
  return [...body.matchAll(/(\w+):\s*([^;]+);/g)].map(([, name, type]) => [name, type]);
}

/** Builds a table in which every text is the name of its field. */
function build(fields: readonly SchemaField[]): Uint8Array {
  const builder = new Builder(1_024);
  const offsets = fields.map(([name, type]) => {
    if (type === "string") return builder.createString(name);
    if (type !== "[KeyValue]") return 0;
    const [key, value] = [builder.createString("key"), builder.createString(name)];
    builder.startObject(2);
    builder.addFieldOffset(0, key, 0);
    builder.addFieldOffset(1, value, 0);
    const pair = builder.endObject();
    builder.startVector(4, 1, 4);
    builder.addOffset(pair);
    return builder.endVector();
  });
  builder.startObject(fields.length);
  fields.forEach(([, type], slot) => {
    if (type === "long") builder.addFieldInt64(slot, 1_600_000_000_000n, 0n);
    else builder.addFieldOffset(slot, offsets[slot], 0);
  });
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

Deno.test("log_message.fbs describes the LogMessage that the agent reads", () => {
  const fields = fieldsOf("log_message.fbs", "LogMessage");
  const bytes = build(fields);
  const view = new LogMessageView();
  assert.equal(view.read(bytes, 0, bytes.length), undefined);
  const part = (start: number, end: number) => new TextDecoder().decode(bytes.subarray(start, end));
  assert.deepEqual(
    [
      part(view.idStart, view.idEnd),
      part(view.nameStart, view.nameEnd),
      part(view.payloadStart, view.payloadEnd),
    ],
    ["container_id", "container_name", "payload"],
  );
  assert.equal(fields.length, 3);
});

Deno.test("event.fbs describes the Event that the agent reads, with every field", () => {
  const fields = fieldsOf("event.fbs", "Event");
  const bytes = build(fields);
  const view = new EventView();
  assert.equal(view.read(bytes, 0, bytes.length), undefined);
  const headers = new TextEncoder().encode("{}");
  const { eventTime, sourceHeaders: _, ...members } = JSON.parse(
    new TextDecoder().decode(new EventDocument().write(view, headers)),
  );
  assert.equal(eventTime, 1_600_000_000_000);
  const expected = fields.filter(([, type]) => type !== "long").map(([name, type]) => [
    name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase()),
    type === "string" ? name : [{ name: "key", value: name }],
  ]);
  assert.deepEqual(members, Object.fromEntries(expected));
  assert.deepEqual(fieldsOf("event.fbs", "KeyValue"), [["key", "string"], ["value", "string"]]);
});
