import assert from "node:assert/strict";
import { matches, parseSubscription } from "../../../cim/subscriptions/mod.ts";

const invalid = { code: "subscription_invalid", status: 400, message: "Invalid request body." };

for (const body of ["null", "[]", '"a"', "5", "", "{", '{"localEventName":"Up"}']) {
  Deno.test(`D-12: parseSubscription() refuses the body ${JSON.stringify(body)}`, () => {
    assert.throws(() => parseSubscription(body), invalid);
  });
}

for (const lists of ['{"localEventName":["Up",5]}', '{"localEventName":["Up"],"localNfId":{}}']) {
  Deno.test(`parseSubscription() refuses lists of other things than texts: ${lists}`, () => {
    assert.throws(() => parseSubscription(lists), invalid);
  });
}

for (const body of ["{}", '{"localEventName":[]}', '{"localEventName":null}']) {
  Deno.test(`parseSubscription() refuses a subscription without event names: ${body}`, () => {
    assert.throws(() => parseSubscription(body), {
      code: "subscription_invalid",
      message: "LocalEventName must not be empty.",
    });
  });
}

Deno.test("parseSubscription() keeps the order of the contract and omits empty lists", () => {
  const body = { localNfId: ["n"], other: 1, nfNamingCode: [], localEventName: ["Up", "Down"] };
  assert.equal(
    JSON.stringify(parseSubscription(JSON.stringify(body))),
    '{"localEventName":["Up","Down"],"localNfId":["n"]}',
  );
});

Deno.test("matches() wants the exact value of every list that is there", () => {
  const subscription = {
    localEventName: ["Up", "Down"],
    nfNamingCode: ["a"],
    nfcNamingCode: ["b", "c"],
  };
  const headers = { localEventName: "Down", nfNamingCode: "a", nfcNamingCode: "c" };
  const isWanted = (changed: Record<string, string>) =>
    matches(subscription, new Map(Object.entries({ ...headers, ...changed })));
  assert.equal(isWanted({}), true);
  assert.equal(isWanted({ localEventName: "down" }), false);
  assert.equal(isWanted({ nfNamingCode: "" }), false);
  assert.equal(isWanted({ nfcNamingCode: "a" }), false);
  assert.equal(isWanted({ localNfID: "anything" }), true);
});

Deno.test("matches() refuses a record without a header that is asked for", () => {
  const subscription = { localEventName: ["Up"], nfNamingCode: ["a"] };
  assert.equal(matches(subscription, new Map([["localEventName", "Up"]])), false);
  assert.equal(matches(subscription, new Map()), false);
});

Deno.test("D-82: matches() compares localNfId with the header localNfID, or else localNfId", () => {
  const subscription = { localEventName: ["Up"], localNfId: ["n"] };
  const isWanted = (...headers: [string, string][]) =>
    matches(subscription, new Map([["localEventName", "Up"], ...headers]));
  assert.equal(isWanted(["localNfID", "n"]), true);
  assert.equal(isWanted(["localNfId", "n"]), true);
  assert.equal(isWanted(["localNfID", "other"], ["localNfId", "n"]), false);
  assert.equal(isWanted(["localnfid", "n"]), false);
});
