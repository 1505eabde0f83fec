import assert from "node:assert/strict";
import { ownEventDocument } from "../../../cim/events/mod.ts";

const context = {
  timeMs: 1_600_000_000_000,
  headers: new TextEncoder().encode(
    '{"podId":"amf-0","microservice":"amf","nf":"nf1","nfPrefix":"ns1","nfType":"5gc","svcVersion":"v1"}',
  ),
  containerId: "c1",
};

Deno.test("G5 ownEventDocument() writes the golden document", () => {
  const document = ownEventDocument({
    name: "ApplicationShutdownInitiated",
    additionalInfo: [
      ["status", "success"],
      ["reason", "cim_termination"],
      ["signal", "terminated"],
      ["description", "Application shutdown initiated successfully"],
    ],
  }, context);
  assert.equal(
    new TextDecoder().decode(document),
    '{"eventName":"ApplicationShutdownInitiated","eventTime":1600000000000,"managedObject":null,' +
      '"additionalInfo":[{"name":"status","value":"success"},{"name":"reason","value":"cim_termination"},' +
      '{"name":"signal","value":"terminated"},{"name":"description","value":"Application shutdown initiated successfully"}],' +
      '"sourceHeaders":{"podId":"amf-0","microservice":"amf","nf":"nf1","nfPrefix":"ns1","nfType":"5gc","svcVersion":"v1"},' +
      '"containerId":"c1"}',
  );
});

Deno.test("ownEventDocument() omits additionalInfo when there is none, and escapes text", () => {
  const document = ownEventDocument(
    { name: "CimCommitConfigSuccess", managedObject: [["Commit_Keys", 'a"b']] },
    context,
  );
  const parsed = JSON.parse(new TextDecoder().decode(document));
  assert.deepEqual(Object.keys(parsed), [
    "eventName",
    "eventTime",
    "managedObject",
    "sourceHeaders",
    "containerId",
  ]);
  assert.deepEqual(parsed.managedObject, [{ name: "Commit_Keys", value: 'a"b' }]);
});

Deno.test("ownEventDocument() hides user information in a value, and cuts long ones", () => {
  const error = `Cannot connect to http://user:secret@host: ${"x".repeat(2_000)}`;
  const document = ownEventDocument(
    { name: "CimConnectEtcdFailure", additionalInfo: [["Error", error]] },
    context,
  );
  const [{ value }] = JSON.parse(new TextDecoder().decode(document)).additionalInfo;
  assert(!value.includes("secret"));
  assert.equal(value.length, 1_024);
});
