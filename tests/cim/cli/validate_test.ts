import assert from "node:assert/strict";
import { runCli } from "../../../cim/cli/mod.ts";
import { serverPair } from "../../_support/certificates.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { assertHarmless, hostile } from "./_hostile.ts";
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

async function withFiles(files: Record<string, string>, ...sets: string[]) {
  using folder = tempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(folder.join(name), text);
  }
  const result = await validate(...sets.map((set) => set.replace("@", `${folder.path}/`)));
  return { ...result, err: result.err.replaceAll(`${folder.path}/`, "@") };
}

Deno.test("cim validate names key and file when a certificate of the REST port cannot be used", async () => {
  const files = { cert: serverPair.cert, key: serverPair.key };
  const fine = await withFiles(files, "rest.tls_cert_file=@cert", "rest.tls_key_file=@key");
  assert.equal(fine.code, 0, fine.err);
  const missing = await withFiles(files, "rest.tls_cert_file=@none", "rest.tls_key_file=@key");
  assert.equal(missing.code, 3);
  assert.match(missing.err, /^Cannot read rest\.tls_cert_file \(@none\): no such file/m);
  const swapped = await withFiles(files, "rest.tls_cert_file=@key", "rest.tls_key_file=@cert");
  assert.equal(swapped.code, 3);
  assert.match(
    swapped.err,
    /^Cannot use rest\.tls_cert_file \(@key\), rest\.tls_key_file \(@cert\): /m,
  );
});

for (const key of ["rest.tls_cert_file", "rest.tls_client_ca_file", "nats.tls_key_file"]) {
  Deno.test(`cim validate and cim run refuse ${key} when it is empty`, async () => {
    for (const command of ["validate", "run"]) {
      const io = recordingIo();
      assert.equal(await runCli([command, "--set", `${key}=`], io), 3);
      assert(io.errLines.join("\n").includes(`--set: ${key}: must be the path of a file`));
    }
  });
}

for (
  const [what, sets, problem] of [
    [
      "an address that everyone could connect to",
      ["nats.host=10.99.99.99"],
      "--set: nats.host: everyone could connect to 10.99.99.99; set nats.token or nats.users, set up TLS, or allow it with nats.allow_insecure_bind",
    ],
    [
      "an empty token",
      ["nats.token="],
      "--set: nats.token: must not be empty; set a token, or remove nats.token",
    ],
    [
      "a token with users",
      ["nats.token=a", 'nats.users=[{"user":"a","password":"b"}]'],
      "--set: nats.token: cannot be combined with nats.users; remove one of them",
    ],
    [
      "a file of users with a token",
      ["nats.token=a", "nats.users_file=/users"],
      "--set: nats.users_file: cannot be combined with nats.users or nats.token; remove the others",
    ],
    [
      "a user twice",
      ['nats.users=[{"user":"a","password":"b"},{"user":"a","password":"c"}]'],
      '--set: nats.users: Invalid NATS user "a": names must be unique and not empty',
    ],
  ] as [string, string[], string][]
) {
  Deno.test(`cim validate and cim run end with 3 and the key when nats has ${what}`, async () => {
    const args = sets.flatMap((set) => ["--set", set]);
    const io = recordingIo();
    assert.equal(await runCli(["validate", ...args], io), 3);
    assert.deepEqual(io.errLines, [problem, "1 problem"]);
    const run = recordingIo();
    assert.equal(await runCli(["run", ...args], run), 3);
    const lines = run.errLines.join("\n").split("\n");
    assert.deepEqual(lines, [
      "cim: Cannot use the configuration, 1 problem (config_invalid):",
      `  ${problem}`,
    ]);
  });
}

Deno.test("cim validate accepts an address that needs a password, TLS or a permission, when it has one", async () => {
  const files = { cert: serverPair.cert, key: serverPair.key };
  const tls = ["nats.tls_cert_file=@cert", "nats.tls_key_file=@key"];
  for (const sets of [["nats.token=a"], ["nats.allow_insecure_bind=true"], tls]) {
    const { code, err } = await withFiles(files, "nats.host=0.0.0.0", ...sets);
    assert.equal(code, 0, err);
  }
});

Deno.test("cim validate says that a number must be in quotes when the key takes a text", async () => {
  using folder = tempDir();
  await Deno.writeTextFile(folder.join("cim.yaml"), "logs:\n  file_mode: 0644\n");
  const io = recordingIo();
  assert.equal(await runCli(["validate", folder.join("cim.yaml")], io), 3);
  assert.match(io.errLines[0], /logs\.file_mode: must be a text, found 644; write it in quotes$/);
});

Deno.test("cim validate escapes what a terminal acts on when a key or a value has it", async () => {
  using folder = tempDir();
  const text = JSON.stringify({ rest: { host: 1, port: hostile, [hostile]: 1 } });
  await Deno.writeTextFile(folder.join("cim.json"), text);
  const io = recordingIo();
  assert.equal(await runCli(["validate", folder.join("cim.json")], io), 3);
  assert.equal(io.errLines.filter((line) => line.includes("title")).length, 2);
  assertHarmless(io.errLines);
});

Deno.test("cim validate ends with 2 when the file is named twice", async () => {
  const io = recordingIo();
  assert.equal(await runCli(["validate", "a.yaml", "--config", "b.yaml"], io), 2);
  assert.deepEqual(io.errLines, ["cim: use [file] or --config, not both"]);
});

Deno.test("cim validate refuses a file for a plugin that does not exist", async () => {
  const io = recordingIo();
  assert.equal(await runCli(["validate", "--kafak-config", "nosuch.conf"], io), 3);
  assert.match(io.errLines[0], /there is no plugin "kafak"; did you mean --kafka-config\?/);
});
