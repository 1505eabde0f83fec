import assert from "node:assert/strict";
import { Book } from "../../../core/books/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { type AppEvent, EventDispatch } from "../../../cim/events/mod.ts";
import { Receipts } from "../../../cim/receipts/mod.ts";
import { buildEvent } from "../../_support/wire_messages.ts";

function dispatch() {
  const clock = manualClock(1_600_000_000_500);
  const logs = recordingLogs(clock);
  const book = new Book("events");
  const forwarded: string[] = [];
  const log = logs.registry.logger("events");
  const answers: string[] = [];
  const receipts = new Receipts({
    subject: "EVENT",
    publish: (subject, payload) => {
      answers.push(`${subject} ${new TextDecoder().decode(payload)}`);
    },
    log,
  });
  const events = new EventDispatch({
    book,
    receipts,
    forward(event, receipt) {
      forwarded.push(event.eventName());
      book.delivered++;
      receipt?.confirm(book.delivered);
    },
    clock,
    log,
  });
  const receive = (bytes: Uint8Array, reply?: string) =>
    events.receive(bytes, 0, bytes.length, reply);
  return { events, book, logs, receive, forwarded, answers };
}

const configured = buildEvent({ eventName: "Configured", eventTime: 1_600_000_000_000n });

Deno.test("receive() calls the listeners of that name only", () => {
  const { events, receive } = dispatch();
  const seen: AppEvent[] = [];
  events.on("Configured", (event) => seen.push(event));
  events.on("NotConfigured", () => assert.fail("another event"));
  receive(configured);
  assert.deepEqual(seen, [{ eventName: "Configured", eventTimeMs: 1_600_000_000_000 }]);
});

Deno.test("D-73 receive() forwards an event before a listener acts on it", () => {
  const { events, receive, forwarded } = dispatch();
  let forwardedBefore: string[] = [];
  events.on("Configured", () => forwardedBefore = [...forwarded]);
  receive(configured);
  assert.deepEqual(forwardedBefore, ["Configured"]);
});

Deno.test("a disposed listener is not called", () => {
  const { events, receive } = dispatch();
  events.on("Configured", () => assert.fail("told"))[Symbol.dispose]();
  receive(configured);
});

Deno.test("an error of a listener is logged and the others are called", () => {
  const { events, receive, logs } = dispatch();
  let told = false;
  events.on("Configured", () => {
    throw new Error("broken");
  });
  events.on("Configured", () => told = true);
  receive(configured);
  assert(told);
  assert.deepEqual(logs.messages("error"), ["Listener of event Configured failed"]);
});

const vectors: [name: string, hex: string][] = [
  ["N1", ""],
  ["N2", "010203"],
  ["N4", "00".repeat(16)],
  ["N5", "ff0000000000"],
];

for (const [name, hex] of vectors) {
  Deno.test(`D-1 ${name} a malformed event is counted and dropped`, () => {
    const { book, events, receive, forwarded } = dispatch();
    receive(Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
    receive(configured);
    assert.equal(events.meter.messages, 2);
    assert.equal(book.accepted, 2);
    assert.equal(book.unaccounted, 0);
    assert.deepEqual(forwarded, ["Configured"]);
    assert.equal([...book.dropped.keys()].filter((key) => key.startsWith("malformed_")).length, 1);
  });
}

Deno.test("D-87 the latency is in milliseconds", () => {
  const { events, receive } = dispatch();
  receive(configured);
  assert.equal(events.meter.latencyMs, 500);
});

Deno.test("receive() answers at the reply subject, and refuses what is malformed", () => {
  const { receive, answers } = dispatch();
  receive(configured);
  receive(configured, "a");
  receive(Uint8Array.of(1, 2, 3), "b");
  assert.deepEqual(answers, ["a +ACK 2", "b -ERR malformed"]);
});
