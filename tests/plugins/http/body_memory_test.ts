import assert from "node:assert/strict";
import { httpToken, jsonResponse } from "../../../plugins/http/mod.ts";
import { echo, RawClient, sample, serving, until, urlOf } from "./_kit.ts";

const mebibyte = 2 ** 20;
const probe = {
  method: "GET",
  path: "/probe",
  isProbe: true,
  handler: () => jsonResponse("alive"),
} as const;

/** The head of a request with a body of 1 MB, and the beginning of the body. */
function beginning(bytes: number): string {
  const head = "POST /echo/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
  return head + "x".repeat(bytes);
}

Deno.test("D-89 http() takes memory for the bytes received, not for those announced, when bodies come slowly", async () => {
  await using kit = await serving([echo, probe], { max_connections: 400 });
  const families = () => kit.agent.metrics.families();
  const { port } = kit.agent.get(httpToken);
  const before = Deno.memoryUsage().rss;
  using clients = new DisposableStack();
  for (let count = 1; count <= 300; count++) {
    await clients.use(await RawClient.open(port)).send(beginning(1));
  }
  await until("all wait", () => sample(families(), "http_body_bytes") === 300);
  const grown = (Deno.memoryUsage().rss - before) / mebibyte;
  assert(grown < 100, `${grown} MiB more are resident`);
});

Deno.test("D-89 http() refuses bodies with 503 when all together take too much memory, and answers probes", async () => {
  await using kit = await serving([echo, probe], { max_body_memory: "40000B" });
  const families = () => kit.agent.metrics.families();
  {
    using client = await RawClient.open(kit.agent.get(httpToken).port);
    await client.send(beginning(40_000));
    await until("received", () => sample(families(), "http_body_bytes") >= 40_000);
    const refused = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body: "abc" });
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "1");
    assert.deepEqual(await refused.json(), {
      error: "other request bodies take the memory for bodies",
      code: "body_memory_limit",
    });
    const labels = { reason: "body_memory_limit" };
    assert.equal(sample(families(), "http_rejected_total", labels), 1);
    const alive = await fetch(urlOf(kit, "/probe"));
    assert.deepEqual([alive.status, await alive.json()], [200, "alive"]);
  }
  await until("freed", () => sample(families(), "http_body_bytes") === 0);
  const accepted = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body: "abc" });
  assert.deepEqual(await accepted.json(), { name: "x", body: "abc" });
  await until("freed", () => sample(families(), "http_body_bytes") === 0);
});

Deno.test("http() receives a body of many pieces as it was sent, even above the bound when it is the only one", async () => {
  await using kit = await serving([echo], { max_body_memory: "4KiB" });
  const body = Array.from({ length: 20_000 }, (_, at) => `${at} `).join("");
  const response = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body });
  assert.deepEqual(await response.json(), { name: "x", body });
});

Deno.test("http() takes no memory for the body of a GET, so that it is accepted when none is left", async () => {
  await using kit = await serving([echo, probe], { max_body_memory: "4KiB" });
  const { port } = kit.agent.get(httpToken);
  using other = await RawClient.open(port);
  await other.send(beginning(10_000));
  const families = () => kit.agent.metrics.families();
  await until("received", () => sample(families(), "http_body_bytes") >= 10_000);
  using client = await RawClient.open(port);
  const head = "GET /probe HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n";
  await client.send(head + "x".repeat(100_000));
  assert.match(await client.receive('"alive"'), /^HTTP\/1.1 200 /);
});
