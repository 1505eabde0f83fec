import assert from "node:assert/strict";
import { brokerProblem, parseBroker } from "../../../plugins/kafka/brokers.ts";

Deno.test("parseBroker() reads names, IPv4 and IPv6 addresses with and without port", () => {
  const wanted: [text: string, host: string, port: number][] = [
    ["kafka", "kafka", 9092],
    ["kafka.ns.svc:29092", "kafka.ns.svc", 29092],
    ["127.0.0.1:1", "127.0.0.1", 1],
    ["[::1]:9093", "::1", 9093],
    [" kafka:9092 ", "kafka", 9092],
  ];
  for (const [text, host, port] of wanted) assert.deepEqual(parseBroker(text), { host, port });
});

Deno.test("brokerProblem() names what is wrong with an address", () => {
  for (const text of ["", "a b:1", "::1", "kafka://a:1", "user@host:1", "a:1:2"]) {
    assert.match(brokerProblem(text) ?? "", /must be host:port/, text);
  }
  assert.match(brokerProblem("a:0") ?? "", /port 0 is not within/);
  assert.match(brokerProblem("a:65536") ?? "", /port 65536/);
  assert.throws(() => parseBroker("a b"), TypeError);
});
