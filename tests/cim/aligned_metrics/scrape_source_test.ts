import assert from "node:assert/strict";
import { readSource } from "../../../cim/aligned_metrics/mod.ts";
import { systemClock } from "../../../core/mod.ts";

const { signal } = new AbortController();

async function answerOf(handler: (request: Request) => Response | Promise<Response>) {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return await readSource(
    { scheme: "http", port: server.addr.port, path: "/m" },
    { timeoutMs: 2_000, maxBytes: 100, clock: systemClock, signal },
  );
}

Deno.test("readSource() asks for the text format and reads it", async () => {
  const answer = await answerOf((request) => {
    assert.equal(request.headers.get("accept"), "text/plain;version=0.0.4");
    return new Response(`é ${new URL(request.url).pathname}`);
  });
  assert.deepEqual(answer, { status: "read", text: "é /m" });
});

for (const status of [204, 302, 404, 500]) {
  Deno.test(`D-86 readSource() takes no answer with status ${status}`, async () => {
    const headers = { location: "/elsewhere" };
    const answer = await answerOf(() => new Response(null, { status, headers }));
    assert.deepEqual(answer, {
      status: "failed",
      reason: "http_status",
      detail: `status ${status}`,
    });
  });
}

Deno.test("readSource() gives up an answer that is too large", async () => {
  const answer = await answerOf(() => new Response("x".repeat(101)));
  assert.equal(answer.status === "failed" && answer.reason, "too_large");
});

Deno.test("readSource() gives up a source that does not answer in time, or does not listen", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const limits = { timeoutMs: 100, maxBytes: 100, clock: systemClock, signal };
  const silent = await readSource({ scheme: "http", port, path: "/" }, limits);
  assert.equal(silent.status === "failed" && silent.reason, "timeout");
  listener.close();
  const absent = await readSource({ scheme: "http", port, path: "/" }, limits);
  assert.equal(absent.status === "failed" && absent.reason, "unreachable");
});
