import assert from "node:assert/strict";
import { textCodec } from "../../../core/mod.ts";
import {
  AppClientStats,
  createAppClient,
  type CreateAppClientOptions,
} from "../../../cim/app_client/mod.ts";

const body = textCodec.encode('{"a":1}');

/** A TCP server that lets the test answer each connection by hand. */
class RawApp implements AsyncDisposable {
  readonly port: number;
  connections = 0;
  readonly #listener: Deno.TcpListener;
  readonly #open: Deno.Conn[] = [];
  readonly #accepting: Promise<void>;

  constructor(answer: (connection: Deno.Conn) => Promise<"keep" | void>) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept(answer);
  }

  async #accept(answer: (connection: Deno.Conn) => Promise<"keep" | void>) {
    for await (const connection of this.#listener) {
      this.connections++;
      await connection.read(new Uint8Array(4_096));
      if (await answer(connection) === "keep") this.#open.push(connection);
      else connection.close();
    }
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    await this.#accepting;
  }
}

function clientFor(port: number, options: Partial<CreateAppClientOptions> = {}) {
  return createAppClient({ address: () => ({ port, isHttp2: false }), ...options });
}

for (const isHttp2 of [false, true]) {
  const protocol = isHttp2 ? "h2c" : "HTTP/1.1";

  Deno.test(`post() over ${protocol} sends JSON and returns the status`, async () => {
    const seen: unknown[] = [];
    await using app = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (r) => {
      seen.push([r.method, new URL(r.url).pathname, r.headers.get("content-type"), await r.text()]);
      return new Response("answer", { status: 202 });
    });
    const client = createAppClient({ address: () => ({ port: app.addr.port, isHttp2 }) });
    const answer = textCodec.encode("answer");
    assert.deepEqual(await client.post("/x", body), {
      kind: "answered",
      status: 202,
      body: answer,
    });
    assert.deepEqual(seen, [["POST", "/x", "application/json", '{"a":1}']]);
  });

  Deno.test(`post() over ${protocol} returns "unreached" when the port is closed`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const client = createAppClient({ address: () => ({ port, isHttp2 }) });
    const outcome = await client.post("/x", body);
    assert.equal(outcome.kind, "unreached");
    assert.match("reason" in outcome ? outcome.reason : "", /ECONNREFUSED.*127\.0\.0\.1.*::1/);
  });

  Deno.test(`post() over ${protocol} returns "broken" when the connection is closed`, async () => {
    await using app = new RawApp(() => Promise.resolve());
    const client = createAppClient({ address: () => ({ port: app.port, isHttp2 }) });
    assert.equal((await client.post("/x", body)).kind, "broken");
    assert.equal(app.connections, 1);
  });

  Deno.test(`post() over ${protocol} returns "unanswered" after its time limit`, async () => {
    await using app = new RawApp(() => Promise.resolve("keep"));
    const client = createAppClient({ address: () => ({ port: app.port, isHttp2 }) });
    const outcome = await client.post("/x", body, { timeoutMs: 100 });
    assert.deepEqual(outcome, { kind: "unanswered", reason: "no answer after 100 ms" });
  });

  Deno.test(`post() over ${protocol} returns "broken" for a peer that is not an HTTP server`, async () => {
    await using app = new RawApp(async (connection) => {
      await connection.write(textCodec.encode("nonsense\r\n\r\n"));
    });
    const client = createAppClient({ address: () => ({ port: app.port, isHttp2 }) });
    assert.equal((await client.post("/x", body)).kind, "broken");
  });
}

Deno.test("D-88 answers are read to their end and connections closed", async () => {
  const ends: unknown[] = [];
  {
    await using app = new RawApp(async (connection) => {
      const text = "x".repeat(1_000);
      const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
      await connection.write(textCodec.encode(head + text));
      ends.push(await connection.read(new Uint8Array(1)));
    });
    for (let call = 0; call < 3; call++) await clientFor(app.port).post("/x", body);
  }
  assert.deepEqual(ends, [null, null, null]);
});

Deno.test("post() omits a body of more than 64 KiB and an incomplete one", async () => {
  for (
    const [head, sent] of [["Content-Length: 70000", 70_000], ["Content-Length: 9", 3]] as const
  ) {
    await using app = new RawApp(async (connection) => {
      const text = `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${"x".repeat(sent)}`;
      await connection.write(textCodec.encode(text));
    });
    const outcome = await clientFor(app.port).post("/x", body);
    assert.deepEqual(outcome, { kind: "answered", status: 200 });
  }
});

Deno.test("D-88 an endless answer does not block the caller", async () => {
  await using app = new RawApp(async (connection) => {
    await connection.write(textCodec.encode("HTTP/1.1 204 OK\r\nContent-Length: 9\r\n\r\nabc"));
    return "keep";
  });
  assert.deepEqual(await clientFor(app.port).post("/x", body), { kind: "answered", status: 204 });
});

Deno.test("post() reaches an application that listens on ::1 only", async () => {
  const app = Deno.serve({ hostname: "::1", port: 0, onListen() {} }, () => new Response());
  await using _ = app;
  const outcome = await clientFor(app.addr.port).post("/x", body);
  assert.deepEqual(outcome, { kind: "answered", status: 200 });
});

Deno.test("post() reaches ports that browsers refuse", async () => {
  // The first free one is used.
  for (const port of [6_665, 6_666, 6_667, 6_668, 6_669]) {
    try {
      await using _app = Deno.serve(
        { hostname: "127.0.0.1", port, onListen() {} },
        () => new Response(),
      );
      assert.equal((await clientFor(port).post("/x", body)).kind, "answered");
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("No port of 6665 to 6669 is free");
});

Deno.test("D-30 the address is read before each call", async () => {
  await using first = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(null, { status: 201 }),
  );
  await using second = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(null, { status: 202 }),
  );
  let port = first.addr.port;
  const client = createAppClient({ address: () => ({ port, isHttp2: false }) });
  assert.deepEqual(await client.post("/x", body), { kind: "answered", status: 201 });
  port = second.addr.port;
  assert.deepEqual(await client.post("/x", body), { kind: "answered", status: 202 });
});

Deno.test("post() rejects with the signal's reason, before and during the call", async () => {
  await using app = new RawApp(() => Promise.resolve("keep"));
  const client = clientFor(app.port);
  const reason = new Error("stop");
  await assert.rejects(client.post("/x", body, { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const call = client.post("/x", body, { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 20);
  await assert.rejects(call, reason);
});

Deno.test("post() counts calls by outcome", async () => {
  const stats = new AppClientStats();
  await using app = new RawApp(() => Promise.resolve());
  await clientFor(app.port, { stats }).post("/x", body);
  assert.deepEqual({ ...stats }, { answered: 0, unreached: 0, broken: 1, unanswered: 0 });
});

Deno.test("post() refuses a path without a slash", async () => {
  await assert.rejects(clientFor(1).post("x", body), TypeError);
});
