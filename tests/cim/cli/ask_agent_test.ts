import assert from "node:assert/strict";
import { runCli } from "../../../cim/cli/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { http, httpErrors, httpToken } from "../../../plugins/http/mod.ts";
import { serverPair } from "../../_support/certificates.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { product } from "../_product.ts";
import { recordingIo } from "./_io.ts";

Deno.test("a command says that the agent accepts only TLS when it is refused for that", async () => {
  using folder = tempDir();
  const files = { tls_cert_file: folder.join("cert"), tls_key_file: folder.join("key") };
  await Deno.writeTextFile(files.tls_cert_file, serverPair.cert);
  await Deno.writeTextFile(files.tls_key_file, serverPair.key);
  const config = { rest: { port: 0, tls_required: true, ...files } };
  await using kit = harness({ plugins: [http()], config });
  await kit.agent.start();
  const io = recordingIo();
  const port = `rest.port=${kit.agent.get(httpToken).port}`;
  assert.equal(await runCli(["changes", "--set", port], io), 1);
  assert.deepEqual(io.errLines, [
    "cim: Cannot list the change-sets: the agent accepts only TLS, and commands use HTTP without " +
    "TLS; set rest.tls_required to false, or send the request with another client over https " +
    `(${httpErrors.tls_required.code})`,
  ]);
});

Deno.test("cim changes and cim config log say why there are no change-sets when configuration push is off", async () => {
  await using cim = await product({ env: { CIM_IDENTITY_MICROSERVICE: "" } });
  const port = new URL(cim.url).port;
  for (const command of [["changes"], ["config", "log"]]) {
    const io = recordingIo();
    assert.equal(await runCli([...command, "--set", `rest.port=${port}`], io), 0);
    assert.match(
      io.outLines.join(" "),
      /^no change-sets: Configuration push is off: .*identity\.microservice.* not known$/,
    );
  }
});
