import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { parseAnswer, parseConfigReply } from "../../../cim/config_push/app_messages.ts";

const key = "change-set/ns1/amf/v1/ms/amf.json/5";

function parse(value: unknown) {
  return parseConfigReply(new TextEncoder().encode(JSON.stringify(value)));
}

Deno.test("G2 parseConfigReply() reads a reply", () => {
  const reply = { "change-set-key": key, revision: "5", status: "success", remarks: "ok" };
  assert.deepEqual(parse(reply), {
    changeSetKey: key,
    revision: 5,
    status: "success",
    hasStatus: true,
    remarks: "ok",
  });
});

for (const revision of [5, "5"]) {
  Deno.test(`D-3 parseConfigReply() accepts revision ${JSON.stringify(revision)}`, () => {
    const reply = parse({ "change-set-key": key, revision });
    assert(typeof reply === "object");
    assert.equal(reply.revision, 5);
  });
}

Deno.test("D-3 parseConfigReply() accepts members of other types", () => {
  const reply = parse({
    "change-set-key": key,
    revision: "5",
    status: "unused",
    remarks: { a: 1 },
  });
  assert(typeof reply === "object");
  assert.equal(reply.status, "unused");
  assert.equal(reply.remarks, "");
});

for (const status of ["failure", "Success", "", 1, null, undefined, {}]) {
  Deno.test(`T9 status ${JSON.stringify(status)} is a failure`, () => {
    const reply = parse({ "change-set-key": key, revision: "5", status });
    assert(typeof reply === "object");
    assert.equal(reply.status, "failure");
  });
}

for (const revision of ["five", "", "-1", "5.0", 5.5, -1, true, [], {}, 1e21]) {
  Deno.test(`D-47 parseConfigReply() rejects revision ${JSON.stringify(revision)}`, () => {
    assert.equal(parse({ "change-set-key": key, revision }), "bad_revision");
  });
}

for (const document of [{}, { "change-set-key": 5 }, { "change-set-key": "" }, { key }]) {
  Deno.test(`D-2 ${JSON.stringify(document)} has no key`, () => {
    assert.equal(parse(document), "no_key");
  });
}

Deno.test("parseConfigReply() hides secrets in remarks, also at the place of the cut", () => {
  const url = "postgres://u:s3cret@h/";
  const reply = parse({ "change-set-key": key, remarks: `No answer of ${url}` });
  assert(typeof reply === "object");
  assert.equal(reply.remarks, "No answer of postgres://[redacted]@h/");
  const long = parse({ "change-set-key": key, remarks: "x ".repeat(505) + url });
  assert(typeof long === "object");
  assert(!long.remarks.includes("s3c"), long.remarks.slice(1_000));
});

Deno.test("parseConfigReply() cuts remarks at 1,024 characters", () => {
  const reply = parse({ "change-set-key": key, remarks: "x".repeat(5_000) });
  assert(typeof reply === "object");
  assert.equal(reply.remarks.length, 1_024);
});

Deno.test("D-2 parseConfigReply() does not throw for any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    assert.equal(typeof parseConfigReply(bytes), "string");
  }));
  fc.assert(fc.property(fc.json(), (text) => {
    parseConfigReply(new TextEncoder().encode(text));
  }));
});

Deno.test("parseAnswer() accepts a reply for the change-set and nothing else", () => {
  const change = { key, level: "ms", dataKey: "amf.json", revision: 5 } as const;
  const parsed = (value: unknown) =>
    parseAnswer(new TextEncoder().encode(JSON.stringify(value)), change)?.status;
  assert.equal(parsed({ "change-set-key": key, revision: "5", status: "unused" }), "unused");
  assert.equal(parsed({ "change-set-key": key, status: "refused" }), "failure");
  const others = [
    { status: "success", message: "done", statusCode: 200 },
    // The request, sent back.
    { "change-set-key": key, "config-patch": "[]", "data-key": "amf.json", revision: "5" },
    { "change-set-key": key, revision: "6", status: "success" },
    { "change-set-key": `${key}1`, revision: "5", status: "success" },
    "ok",
    null,
  ];
  for (const other of others) assert.equal(parsed(other), undefined, JSON.stringify(other));
  assert.equal(parseAnswer(undefined, change), undefined);
});
