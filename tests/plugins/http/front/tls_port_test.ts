import assert from "node:assert/strict";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { loadTls, type RequestHandler } from "../../../../plugins/http/front/mod.ts";
import {
  authority,
  clientPair,
  otherServerPair,
  serverPair,
  strangerPair,
} from "../../../_support/certificates.ts";
import { type BareListener, listening, RawClient, textResponse, until } from "../_kit.ts";

const ok = () => Promise.resolve(textResponse("ok"));
const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/** A listener with TLS. */
async function listeningTls(
  handler: RequestHandler = ok,
  options: Parameters<typeof listening>[1] = {},
  clientCa?: string,
): Promise<BareListener> {
  const kit = listening(handler, options);
  const pair = clientCa === undefined ? serverPair : { ...serverPair, clientCa };
  kit.listener.replaceTls(await loadTls(pair));
  return kit;
}

/** A TLS client that trusts the test authority, after its handshake. */
async function open(
  { listener: { port } }: BareListener,
  options: ConnectionOptions = {},
): Promise<TLSSocket & AsyncDisposable> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    servername: "localhost",
    ca: authority,
    ...options,
  });
  await new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  return Object.assign(socket, {
    async [Symbol.asyncDispose]() {
      if (socket.closed) return;
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.destroy();
      await closed;
    },
  });
}

/** Everything until the text was received or the connection ended. */
function receive(socket: TLSSocket, end?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    socket.on("data", (chunk: Uint8Array) => {
      received += new TextDecoder().decode(chunk);
      if (end !== undefined && received.includes(end)) resolve(received);
    });
    socket.once("end", () => resolve(received));
    socket.once("close", () => resolve(received));
    socket.once("error", reject);
  });
}

/** A request with the runtime's client: the status, or undefined when the server refused. */
async function status(
  kit: BareListener,
  options: Deno.CreateHttpClientOptions & Partial<Deno.TlsCertifiedKeyPem> = {},
) {
  using client = Deno.createHttpClient({ caCerts: [authority], ...options });
  try {
    const response = await fetch(`https://localhost:${kit.listener.port}/`, { client });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    assert(error instanceof TypeError, `${error}`);
    return undefined;
  }
}

Deno.test("D-91 TlsPort serves HTTP/1.1 and HTTP/2 by ALPN on the port that also serves clear text", async () => {
  await using kit = await listeningTls(async (request) =>
    textResponse(`${request.method} ${await request.text()}`)
  );
  const body = "x".repeat(300_000);
  for (const [http1, http2] of [[true, false], [false, true]]) {
    using client = Deno.createHttpClient({ caCerts: [authority], http1, http2 });
    const url = `https://localhost:${kit.listener.port}/`;
    const answers = await Promise.all(
      Array.from(
        { length: 10 },
        async () => (await fetch(url, { method: "POST", body, client })).text(),
      ),
    );
    assert(answers.every((answer) => answer === `POST ${body}`));
  }
  for (const protocol of ["h2", "http/1.1"]) {
    await using socket = await open(kit, { ALPNProtocols: [protocol] });
    assert.equal(socket.alpnProtocol, protocol);
  }
  const plain = await fetch(`http://127.0.0.1:${kit.listener.port}/`);
  assert.equal(await plain.text(), "GET ");
});

Deno.test("TlsPort serves a client of TLS 1.2 and one without ALPN, and refuses TLS 1.1", async () => {
  await using kit = await listeningTls();
  await using socket = await open(kit, { maxVersion: "TLSv1.2" });
  assert.equal(socket.getProtocol(), "TLSv1.2");
  socket.write(get);
  assert.match(await receive(socket, "ok"), /^HTTP\/1.1 200 OK/);
  using old = await RawClient.open(kit.listener.port);
  await old.send(clientHello11);
  await old.untilEnd();
  assert.equal(kit.rejected("tls_handshake_failed"), 1);
});

Deno.test("TlsPort answers a request whose client ends its side at once", async () => {
  await using kit = await listeningTls();
  await using socket = await open(kit);
  const received = receive(socket);
  socket.end(get.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  assert.match(await received, /^HTTP\/1.1 200 OK[^]*ok$/);
});

Deno.test("TlsPort requires client certificates of the CA when one is set", async () => {
  await using kit = await listeningTls(ok, {}, authority);
  assert.equal(await status(kit, clientPair), 200);
  assert.equal(await status(kit), undefined);
  assert.equal(await status(kit, strangerPair), undefined);
  await until("counted", () => kit.rejected("tls_handshake_failed") === 2);
  const plain = await fetch(`http://127.0.0.1:${kit.listener.port}/`);
  assert.equal(await plain.text(), "ok");
});

Deno.test("TlsPort refuses clear text when TLS is required", async () => {
  await using kit = await listeningTls(ok, { tlsRequired: true });
  const plain = await fetch(`http://127.0.0.1:${kit.listener.port}/`);
  assert.equal(plain.status, 400);
  assert.equal((await plain.json()).code, "tls_required");
  assert.equal(kit.rejected("tls_required"), 1);
  assert.equal(await status(kit), 200);
});

Deno.test("C2-37: new handshakes use a new certificate, and connections of the old one end after their request", async () => {
  const { promise: answer, resolve } = Promise.withResolvers<Response>();
  const { promise: called, resolve: onCall } = Promise.withResolvers<void>();
  await using kit = await listeningTls((request) => {
    if (!request.url.endsWith("/slow")) return ok();
    onCall();
    return answer;
  });
  await using idle = await open(kit);
  idle.write(get);
  await receive(idle, "ok");
  await using busy = await open(kit);
  const ended = receive(busy);
  busy.write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  await called;
  kit.listener.replaceTls(await loadTls(otherServerPair));
  assert.equal(await receive(idle), "");
  await using fresh = await open(kit);
  assert.equal(fresh.getPeerCertificate().subject.CN, "server2");
  assert.equal(busy.getPeerCertificate().subject.CN, "server");
  resolve(textResponse("slow"));
  assert.match(await ended, /^HTTP\/1.1 200 OK[^]*slow$/);
});

Deno.test("TlsPort bounds the time of a handshake by the header timeout", async () => {
  await using kit = await listeningTls();
  using client = await RawClient.open(kit.listener.port);
  await client.send("\x16\x03\x01");
  await until("accepted", () => kit.stats.connections === 1 && kit.clock.pending > 0);
  await kit.clock.advance(10_000);
  assert.equal(await client.receive(), "");
  assert.equal(kit.rejected("header_timeout"), 1);
});

Deno.test("TlsPort lets the oldest of 64 handshakes give way to a new client", async () => {
  await using kit = await listeningTls(ok, { maxConnections: 200 });
  using clients = new DisposableStack();
  const silent: RawClient[] = [];
  for (let count = 0; count < 64; count++) {
    const client = clients.use(await RawClient.open(kit.listener.port));
    await client.send("\x16\x03\x01");
    silent.push(client);
    await until("accepted", () => kit.stats.connections === count + 1);
  }
  assert.equal(await status(kit), 200);
  assert.equal(await silent[0].receive(), "");
  assert(kit.rejected("handshake_evicted") >= 1);
  assert.equal(await status(kit), 200);
});

Deno.test("TlsPort answers a probe over TLS when no place is left", async () => {
  await using kit = await listeningTls(
    (_, { isProbeOnly }) => Promise.resolve(textResponse(`probe only: ${isProbeOnly}`)),
    { maxConnections: 1 },
  );
  await using first = await open(kit);
  first.write("GET / HTTP/1.1\r\n");
  await until("place taken", () => kit.stats.connections === 1);
  await using probe = await open(kit);
  const received = receive(probe);
  probe.write(get);
  assert.match(await received, /probe only: true$/);
});

Deno.test("TlsPort survives garbage in every part of a handshake", async () => {
  await using kit = await listeningTls();
  for (const text of ["\x16", "\x16\x03\x01\x00\x05\x01\x02\x03\x04\x05", "\x16".repeat(20_000)]) {
    using client = await RawClient.open(kit.listener.port);
    await client.send(text);
    await client.endSending();
    await client.untilEnd();
  }
  assert.equal(await status(kit), 200);
  await until("closed", () => kit.stats.connections <= 1);
});

Deno.test("loadTls() refuses a key that does not belong to the certificate and text that is not PEM", async () => {
  await assert.rejects(
    loadTls({ cert: serverPair.cert, key: otherServerPair.key }),
    /Cannot use the TLS certificates: the key does not belong to the certificate/,
  );
  await assert.rejects(loadTls({ cert: "none", key: serverPair.key }), TypeError);
  await assert.rejects(loadTls({ ...serverPair, clientCa: "none" }), TypeError);
  const damaged = authority.replace("MII", "!!!");
  await assert.rejects(loadTls({ ...serverPair, clientCa: `${authority}${damaged}` }), TypeError);
});

/** A ClientHello that offers TLS 1.1 at most, with one cipher suite and no extensions. */
const clientHello11 = Uint8Array.of(
  ...[0x16, 0x03, 0x01, 0x00, 0x2d, 0x01, 0x00, 0x00, 0x29, 0x03, 0x02],
  ...new Array<number>(32).fill(7),
  ...[0x00, 0x00, 0x02, 0xc0, 0x0a, 0x01, 0x00],
);
