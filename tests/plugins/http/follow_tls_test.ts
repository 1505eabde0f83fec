import assert from "node:assert/strict";
import { hasCode } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { http, httpToken } from "../../../plugins/http/mod.ts";
import { authority, otherServerPair, serverPair } from "../../_support/certificates.ts";
import { makePipe } from "../../_support/pipe.ts";
import { type TempDir, tempDir } from "../../_support/temp_dir.ts";

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A started agent whose default pair of files is in the folder. */
async function start(folder: TempDir, rest: Record<string, unknown> = {}): Promise<Harness> {
  const defaultTls = { certFile: folder.join("server.crt"), keyFile: folder.join("server.key") };
  const kit = harness({ plugins: [http({ defaultTls })], config: { rest: { port: 0, ...rest } } });
  await kit.agent.start();
  return kit;
}

let writes = 0;

/** Writes a pair with new modification times. */
async function write(folder: TempDir, { cert, key }: Pair): Promise<void> {
  writes++;
  for (const [name, text] of [["server.crt", cert], ["server.key", key]]) {
    await Deno.writeTextFile(folder.join(name), text);
    await Deno.utime(folder.join(name), 1_000 + writes, 1_000 + writes);
  }
}

/** Name of the server's certificate; undefined when it does not talk TLS. */
async function subject({ agent }: Harness): Promise<string | undefined> {
  const { connect } = await import("node:tls");
  const { port } = agent.get(httpToken);
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: authority });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  try {
    await new Promise((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    return `${socket.getPeerCertificate().subject.CN}`;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
    await closed;
  }
}

/** Advances the clock until the condition holds. */
async function follow({ clock }: Harness, what: string, isDone: () => boolean): Promise<void> {
  for (let tries = 0; !isDone(); tries++) {
    assert(tries < 1_000, `not reached: ${what}`);
    await clock.advance(10_000);
  }
}

const statusOf = ({ agent }: Harness) => agent.status.plugin("http")!;

Deno.test("http() has no TLS when the default pair is absent, and turns it on when the pair appears", async () => {
  using folder = tempDir();
  await using kit = await start(folder);
  assert.equal(statusOf(kit).state, "ok");
  assert.equal(await subject(kit), undefined);
  await write(folder, serverPair);
  await follow(kit, "TLS", () => kit.logs.messages("info").includes("TLS is on"));
  assert.equal(await subject(kit), "server");
});

Deno.test("C2-37: http() uses a rotated certificate without a restart", async () => {
  using folder = tempDir();
  await write(folder, serverPair);
  await using kit = await start(folder);
  assert.equal(await subject(kit), "server");
  await write(folder, otherServerPair);
  await follow(kit, "reload", () => kit.logs.messages("info").includes("Certificates reloaded"));
  assert.equal(await subject(kit), "server2");
});

Deno.test("C2-41: http() keeps the certificate when the new pair is bad or gone, and says so until it is mended", async () => {
  using folder = tempDir();
  await write(folder, serverPair);
  await using kit = await start(folder);
  await write(folder, { cert: otherServerPair.cert, key: serverPair.key });
  await follow(kit, "degraded", () => statusOf(kit).state === "degraded");
  assert.match(
    statusOf(kit).reason,
    /the key does not belong to the certificate; the previous certificates stay active/,
  );
  assert.equal(await subject(kit), "server");
  await write(folder, otherServerPair);
  await follow(kit, "ok", () => statusOf(kit).state === "ok");
  assert.equal(await subject(kit), "server2");
  for (const name of ["server.crt", "server.key"]) await Deno.remove(folder.join(name));
  await follow(kit, "gone", () => statusOf(kit).state === "degraded");
  assert.match(statusOf(kit).reason, /are gone; the previous certificates stay active/);
  assert.equal(await subject(kit), "server2");
});

Deno.test("http() keeps the certificate when a pipe is in the place of its file, says so, and follows the next change", async () => {
  using folder = tempDir();
  await write(folder, serverPair);
  await using kit = await start(folder);
  await Deno.remove(folder.join("server.crt"));
  await makePipe(folder.join("server.crt"));
  await follow(kit, "degraded", () => statusOf(kit).state === "degraded");
  assert.match(
    statusOf(kit).reason,
    /server\.crt\): it is a pipe, socket or device, not a regular file; .* previous certificates stay/,
  );
  await Deno.remove(folder.join("server.crt"));
  await write(folder, otherServerPair);
  await follow(kit, "ok", () => statusOf(kit).state === "ok");
  assert.equal(await subject(kit), "server2");
});

Deno.test("http() serves clear text and is degraded when the named files cannot be read", async () => {
  using folder = tempDir();
  const [certFile, keyFile] = [folder.join("a.crt"), folder.join("a.key")];
  await using kit = await start(folder, { tls_cert_file: certFile, tls_key_file: keyFile });
  assert.match(statusOf(kit).reason, /^Cannot read .*a\.crt.*; TLS is off$/);
  const answer = await fetch(`http://127.0.0.1:${kit.agent.get(httpToken).port}/none`);
  assert.equal(answer.status, 404);
  await answer.body?.cancel();
});

Deno.test("http() refuses to start with half a pair, and with required TLS without a pair", async () => {
  for (const rest of [{ tls_cert_file: "a.crt" }, { tls_required: true }]) {
    await using kit = harness({ plugins: [http()], config: { rest: { port: 0, ...rest } } });
    await assert.rejects(
      kit.agent.start(),
      (error) => hasCode((error as AggregateError).errors?.[0] ?? error, "config_invalid"),
    );
  }
});
