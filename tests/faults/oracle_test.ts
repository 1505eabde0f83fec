import assert from "node:assert/strict";
import { assertBalanced, Oracle, readBook } from "./_oracle.ts";

/** Six messages of two sources, in order. */
function sixMessages() {
  const oracle = new Oracle(["a", "b"]);
  return { oracle, sent: Array.from({ length: 6 }, () => oracle.next()) };
}

Deno.test("Oracle.judge() finds nothing wrong when sources interleave and a part comes again", () => {
  const { oracle, sent } = sixMessages();
  const [a0, b0, a1, b1, a2, b2] = sent;
  const verdict = oracle.judge([b0, b1, a0, a1, a0, a1, b0, a2, b2]);
  assert.deepEqual(verdict, { arrived: 6, missing: [], repeated: 3 });
});

Deno.test("Oracle.judge() names the messages that did not arrive", () => {
  const { oracle, sent } = sixMessages();
  assert.deepEqual(oracle.judge([sent[0], sent[4], sent[5]]).missing, [1, 2, 3]);
});

Deno.test("Oracle.judge() throws when a message arrives after a later one of its source", () => {
  const { oracle, sent } = sixMessages();
  assert.throws(() => oracle.judge([sent[0], sent[4], sent[2]]), /a: 2 arrived after 4/);
});

Deno.test("Oracle.judge() throws when a message was changed, was never sent or has another source", () => {
  const { oracle, sent: [, , , message] } = sixMessages();
  assert.throws(() => oracle.judge([{ ...message, text: `${message.text}.` }]));
  assert.throws(() => oracle.judge([{ ...message, text: "7 " }]), /never sent/);
  assert.throws(() => oracle.judge([{ ...message, source: "a" }]));
});

Deno.test("readBook() sums the reasons of one route, and assertBalanced() throws when one item is missing", () => {
  const metrics = (delivered: number) =>
    [
      'cim_route_accepted_total{route="logs_tcp"} 10',
      'cim_route_accepted_total{route="events"} 99',
      `cim_route_delivered_total{route="logs_tcp"} ${delivered}`,
      'cim_route_spooled{route="logs_tcp"} 2',
      'cim_route_in_flight{route="logs_tcp"} 1',
      'cim_route_dropped_total{route="logs_tcp",reason="overflow"} 1',
      'cim_route_dropped_total{route="logs_tcp",reason="malformed"} 1',
    ].join("\n");
  const book = readBook(metrics(5), "logs_tcp");
  assert.equal(book.dropped, 2);
  assertBalanced(book);
  assert.throws(() => assertBalanced(readBook(metrics(4), "logs_tcp")));
});
