import assert from "node:assert/strict";
import { runCli } from "../../../../cim/cli/mod.ts";
import { authority, serverPair } from "../../../_support/certificates.ts";
import { tempDir } from "../../../_support/temp_dir.ts";
import { eventually, type Product, product } from "../../_product.ts";
import { recordingIo } from "../_io.ts";

/** Runs `cim tap CONFIG` until it has printed one message, and returns what it printed. */
async function tapOne(cim: Product, args: readonly string[], input = "") {
  const io = recordingIo({}, input);
  const running = runCli(["tap", "CONFIG", "--count", "1", ...args], io);
  let code: number | undefined;
  running.then((ended) => code = ended);
  await eventually(() => code !== undefined || io.errLines.length > 0);
  if (code === undefined) cim.nats.publish("CONFIG", new TextEncoder().encode("a\x1b[2J\nb\u202e"));
  return { code: await running, out: io.outLines, err: io.errLines };
}

Deno.test("cim tap uses the configured token, or the one of standard input, and escapes control characters", async () => {
  await using cim = await product({ env: { CIM_NATS_TOKEN: "s3cret" } });
  const place = ["--set", `nats.port=${cim.nats.port}`];
  const configured = await tapOne(cim, [...place, "--set", "nats.token=s3cret"]);
  assert.equal(configured.code, 0, configured.err.join());
  assert.match(configured.out[0], /^20\S+Z a\\x1b\[2J\\nb\\u202e$/);
  const given = await tapOne(cim, [...place, "--token", "--raw"], "s3cret\n");
  assert.equal(given.code, 0, given.err.join());
  assert(given.out[0].endsWith("a\x1b[2J\nb\u202e"), given.out[0]);
  const refused = await tapOne(cim, [...place, "--token"], "wrong");
  assert.equal(refused.code, 1);
  assert.match(refused.err[0], /\(nats_denied\)$/);
});

Deno.test("cim tap connects with TLS when the agent's server has a certificate, and checks it", async () => {
  using folder = tempDir();
  const file = async (name: string, text: string) => {
    await Deno.writeTextFile(folder.join(name), text);
    return folder.join(name);
  };
  const [cert, key] = [await file("cert", serverPair.cert), await file("key", serverPair.key)];
  const ca = await file("ca", authority);
  await using cim = await product({
    env: { CIM_NATS_TLS_CERT_FILE: cert, CIM_NATS_TLS_KEY_FILE: key },
  });
  const set = (name: string, value: string | number) => ["--set", `nats.${name}=${value}`];
  const place = [
    ...set("port", cim.nats.port),
    ...set("tls_cert_file", cert),
    ...set("tls_key_file", key),
  ];
  const trusted = await tapOne(cim, [...place, "--ca-file", ca]);
  assert.equal(trusted.code, 0, trusted.err.join());
  const unknown = await tapOne(cim, place);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err[0], /Cannot connect to NATS server tls:.*\(nats_unreachable\)$/);
  const url = ["--url", `tls://localhost:${cim.nats.port}`, "--ca-file", ca];
  assert.equal((await tapOne(cim, url)).code, 0);
});

Deno.test("cim tap connects to the external server that is configured, with its token", async () => {
  await using cim = await product({ env: { CIM_NATS_TOKEN: "s3cret" } });
  const { code, err } = await tapOne(cim, [
    ...["--set", `nats.url=nats://127.0.0.1:${cim.nats.port}`],
    ...["--set", "nats.url_token=s3cret"],
  ]);
  assert.equal(code, 0, err.join());
});

Deno.test("cim tap --user with --token is a usage error", async () => {
  assert.equal(await runCli(["tap", "LOG", "--user", "a", "--token"], recordingIo()), 2);
});
