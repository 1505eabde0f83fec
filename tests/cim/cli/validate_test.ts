import assert from "node:assert/strict";
import { runCli } from "../../../cim/cli/mod.ts";
import { recordingIo } from "./_io.ts";

async function validate(...sets: string[]) {
  const io = recordingIo();
  const code = await runCli(["validate", ...sets.flatMap((set) => ["--set", set])], io);
  return { code, err: io.errLines.join("\n") };
}

for (
  const [what, sets, problem] of [
    ["an empty endpoint in a list", ['etcd.endpoints=[""]'], /etcd\.endpoints/],
    ["a host that is not a host", ["rest.host=not a host"], /^rest: .*not a host/m],
    ["a certificate without a key", ["nats.tls_cert_file=/no/such"], /^nats: .*tls_key_file/m],
    [
      "a certificate that does not exist",
      ["nats.tls_cert_file=/no/such", "nats.tls_key_file=/no/such"],
      /^nats: .*\/no\/such/m,
    ],
    [
      "a pod name that keys cannot contain",
      ["identity.pod_name=a/b"],
      /identity\.pod_name: "a\/b"/,
    ],
  ] as [string, string[], RegExp][]
) {
  Deno.test(`cim validate refuses ${what}, as cim run does`, async () => {
    const { code, err } = await validate(...sets);
    assert.equal(code, 3, err);
    assert.match(err, problem);
  });
}

Deno.test("cim validate accepts a port that another process uses on this machine", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const { code, err } = await validate(`rest.port=${port}`, "nats.port=0");
  assert.equal(code, 0, err);
});

Deno.test("cim validate does not wait for etcd", async () => {
  const { code, err } = await validate("etcd.endpoints=127.0.0.1:1");
  assert.equal(code, 0, err);
});
