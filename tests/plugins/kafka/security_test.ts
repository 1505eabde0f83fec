import assert from "node:assert/strict";
import { Secret } from "../../../core/config/mod.ts";
import { readSecurity, securityIssues } from "../../../plugins/kafka/security.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const none = {
  login: "none",
  user: undefined,
  password: undefined,
  passwordFile: undefined,
  tls: false,
  caFile: undefined,
  certFile: undefined,
  keyFile: undefined,
  tlsServerName: undefined,
} as const;

Deno.test("securityIssues() names each contradiction at its key", () => {
  const password = new Secret("x");
  const cases: [config: Parameters<typeof securityIssues>[0], keys: string[]][] = [
    [none, []],
    [{ ...none, login: "plain", user: "u", password }, []],
    [{ ...none, login: "plain" }, ["user", "password"]],
    [{ ...none, user: "u" }, ["login"]],
    [{ ...none, login: "plain", user: "u", password, passwordFile: "f" }, ["password_file"]],
    [{ ...none, tls: true, certFile: "c" }, ["key_file"]],
    [{ ...none, tls: true, keyFile: "k" }, ["cert_file"]],
    [{ ...none, caFile: "c" }, ["tls"]],
  ];
  for (const [config, keys] of cases) {
    assert.deepEqual(securityIssues(config).map(({ key }) => key), keys);
  }
});

Deno.test("readSecurity() reads the files again each time", async () => {
  using folder = tempDir();
  const config = {
    ...none,
    login: "scram-sha-256",
    user: "app",
    passwordFile: folder.join("password"),
    tls: true,
    caFile: folder.join("ca.pem"),
    tlsServerName: "kafka.test",
  } as const;
  await Deno.writeTextFile(config.caFile, "CA");
  for (const password of ["one", "two"]) {
    await Deno.writeTextFile(config.passwordFile, `${password}\n`);
    assert.deepEqual(await readSecurity(config), {
      tls: { ca: "CA", serverName: "kafka.test" },
      sasl: { mechanism: "SCRAM-SHA-256", user: "app", password },
    });
  }
});

Deno.test("readSecurity() throws and names key and path when a file cannot be read", async () => {
  const config = { ...none, tls: true, caFile: "/nowhere/ca.pem" };
  await assert.rejects(readSecurity(config), {
    code: "kafka_denied",
    message: /Cannot read kafka\.ca_file \/nowhere\/ca\.pem/,
  });
});

Deno.test("readSecurity() returns nothing without login and TLS, and the password of the configuration", async () => {
  assert.deepEqual(await readSecurity(none), {});
  const config = { ...none, login: "plain", user: "u", password: new Secret("s") } as const;
  assert.deepEqual((await readSecurity(config)).sasl?.password, "s");
});
