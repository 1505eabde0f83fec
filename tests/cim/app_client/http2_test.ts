import assert from "node:assert/strict";
import http2 from "node:http2";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { textCodec } from "../../../core/mod.ts";
import { createAppClient } from "../../../cim/app_client/mod.ts";
import { until } from "../../_support/until.ts";

const body = textCodec.encode('{"a":1}');

/** What the application received. */
interface Seen {
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: string;
}

/** An application with Node's HTTP/2 server; `answer` gets each request once its body is read. */
async function http2App(
  answer: (stream: http2.ServerHttp2Stream) => void,
  options: http2.ServerOptions = {},
) {
  const seen: Seen[] = [];
  const server = http2.createServer(options);
  const sessions = new Set<http2.ServerHttp2Session>();
  let opened = 0;
  server.on("session", (session) => {
    opened++;
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => undefined);
  });
  server.on("stream", (stream, headers) => {
    const chunks: Uint8Array[] = [];
    stream.on("error", () => undefined);
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("end", async () => {
      seen.push({ headers, body: await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text() });
      answer(stream as http2.ServerHttp2Stream);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    client: createAppClient({ address: () => ({ port, isHttp2: true }) }),
    port,
    get opened() {
      return opened;
    },
    get open() {
      return sessions.size;
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

Deno.test("post() over h2c sends a complete request to Node's HTTP/2 server", async () => {
  await using app = await http2App((stream) => {
    stream.respond({ ":status": 202, "content-type": "application/json" });
    stream.end('{"ok":1}');
  });
  assert.deepEqual(await app.client.post("/updateConfig?x=1", body), {
    kind: "answered",
    status: 202,
    body: textCodec.encode('{"ok":1}'),
  });
  const [{ headers, body: received }] = app.seen;
  assert.equal(received, '{"a":1}');
  assert.deepEqual(
    [":method", ":scheme", ":path", ":authority", "content-type", "content-length"]
      .map((name) => headers[name]),
    ["POST", "http", "/updateConfig?x=1", `127.0.0.1:${app.port}`, "application/json", "7"],
  );
});

Deno.test("post() over h2c sends a body larger than the flow-control window", async () => {
  await using app = await http2App((stream) => {
    stream.respond({ ":status": 204 });
    stream.end();
  });
  const large = new Uint8Array(1_500_000).fill(0x61);
  assert.deepEqual(await app.client.post("/x", large), { kind: "answered", status: 204 });
  assert.equal(app.seen[0].body.length, large.length);
});

Deno.test("post() over h2c closes its connection after each call", async () => {
  await using app = await http2App((stream) => {
    stream.respond({ ":status": 200 });
    stream.end("x".repeat(1_000));
  });
  for (let call = 1; call <= 3; call++) {
    assert.equal((await app.client.post("/x", body)).kind, "answered");
    await until("the connection is closed", () => app.open === 0);
    assert.equal(app.opened, call);
  }
});

Deno.test("post() over h2c omits an incomplete body", async () => {
  await using app = await http2App((stream) => {
    stream.respond({ ":status": 503, "content-length": "100" });
    stream.write("some", () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
  });
  assert.deepEqual(await app.client.post("/x", body), { kind: "answered", status: 503 });
});

Deno.test("post() over h2c returns the status of an answer with a body of more than 64 KiB", async () => {
  await using app = await http2App((stream) => {
    stream.respond({ ":status": 201 });
    stream.end("x".repeat(300_000));
  });
  for (let call = 0; call < 5; call++) {
    assert.deepEqual(await app.client.post("/x", body), { kind: "answered", status: 201 });
  }
});

for (
  const [what, code] of [
    ["resets the stream", http2.constants.NGHTTP2_INTERNAL_ERROR],
    ["ends the stream without an answer", http2.constants.NGHTTP2_NO_ERROR],
  ] as const
) {
  Deno.test(`post() over h2c returns "broken" when the application ${what}`, async () => {
    await using app = await http2App((stream) => stream.close(code));
    const outcome = await app.client.post("/x", body);
    assert.equal(outcome.kind, "broken", JSON.stringify(outcome));
    assert("reason" in outcome && outcome.reason !== "");
  });
}

Deno.test('post() over h2c returns "unreached" when the application refuses the stream', async () => {
  await using app = await http2App((stream) =>
    stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)
  );
  const outcome = await app.client.post("/x", body);
  assert.equal(outcome.kind, "unreached");
  assert.match("reason" in outcome ? outcome.reason : "", /^the application refused the stream; /);
});

Deno.test('post() over h2c returns "broken" when the application says GOAWAY', async () => {
  await using app = await http2App((stream) => {
    stream.session!.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    stream.session!.destroy();
  });
  assert.equal((await app.client.post("/x", body)).kind, "broken");
});

Deno.test('post() over h2c returns "unanswered" when the stream stays open', async () => {
  await using app = await http2App(() => undefined);
  const outcome = await app.client.post("/x", body, { timeoutMs: 200 });
  assert.deepEqual(outcome, { kind: "unanswered", reason: "no answer after 200 ms" });
  await until("the connection is closed", () => app.open === 0);
});

Deno.test('post() over h2c returns "broken" with a reason when the application speaks HTTP/1.1 only', async () => {
  const server = createServer((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const client = createAppClient({ address: () => ({ port, isHttp2: true }) });
    const outcome = await client.post("/x", body, { timeoutMs: 5_000 });
    assert.equal(outcome.kind, "broken", JSON.stringify(outcome));
    assert.match("reason" in outcome ? outcome.reason : "", /set app_settings\.http2_enabled/);
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});
