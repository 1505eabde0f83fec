import assert from "node:assert/strict";
import { formatHostPort, parseHostPort } from "../../../core/net/mod.ts";

const longLabel = "a".repeat(63);

for (
  const [text, hostname, port] of [
    ["fluent-bit.logging.svc.cluster.local:5170", "fluent-bit.logging.svc.cluster.local", 5170],
    [`collector.${longLabel}.svc.cluster.local:1`, `collector.${longLabel}.svc.cluster.local`, 1],
    ["collector:65535", "collector", 65_535],
    ["c:5170", "c", 5170],
    ["my_collector:5170", "my_collector", 5170],
    ["logs.example.org.:5170", "logs.example.org.", 5170],
    ["10.0.0.1:5170", "10.0.0.1", 5170],
    ["[::1]:5170", "::1", 5170],
    ["[2001:DB8::1]:5170", "2001:db8::1", 5170],
    [" collector:5170 ", "collector", 5170],
  ] as const
) {
  Deno.test(`D-60 parseHostPort() takes "${text.slice(0, 40)}"`, () => {
    assert.deepEqual(parseHostPort(text), { hostname, port });
  });
}

for (
  const text of [
    "",
    "collector",
    "collector:",
    "collector:0",
    "collector:65536",
    "collector:5170x",
    ":5170",
    "::1:5170",
    "[::1]",
    "[collector]:5170",
    "[fe80::1%eth0]:5170",
    "999.0.0.1:5170",
    "tcp://collector:5170",
    "user@collector:5170",
    "-collector:5170",
    `${"a".repeat(64)}:5170`,
    `${"a.".repeat(127)}a:5170`,
    "a..b:5170",
    "two words:5170",
  ]
) {
  Deno.test(`parseHostPort() returns undefined for "${text.slice(0, 40)}"`, () => {
    assert.equal(parseHostPort(text), undefined);
  });
}

Deno.test("formatHostPort() gives the text that parseHostPort() reads", () => {
  for (const text of ["[::1]:5170", "collector:1", "10.0.0.1:65535"]) {
    assert.equal(formatHostPort(parseHostPort(text)!), text);
  }
});
