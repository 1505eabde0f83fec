import assert from "node:assert/strict";
import { stringifyYaml } from "../../../core/config/mod.ts";
import { type Access, findAccess } from "../../../plugins/kubernetes/access.ts";
import { type TempDir, tempDir } from "../../_support/temp_dir.ts";

const inCluster = { servicePort: 443, serviceAccount: "/does/not/exist" };

/** The access that a kubeconfig with this cluster and user gives. */
async function access(
  folder: TempDir,
  { cluster = {}, user = {}, context = {} }: {
    cluster?: Record<string, unknown>;
    user?: Record<string, unknown>;
    context?: Record<string, unknown>;
  },
): Promise<Access> {
  const path = folder.join("config");
  await Deno.writeTextFile(
    path,
    await stringifyYaml({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "k", user: "u", ...context } }],
      clusters: [{ name: "k", cluster: { server: "https://api:6443", ...cluster } }],
      users: [{ name: "u", user }],
    }),
  );
  return await findAccess({ ...inCluster, kubeconfig: path }) as Access;
}

Deno.test("findAccess() reads tokens, certificates and keys of a kubeconfig, as data and as files beside it", async () => {
  using folder = tempDir();
  await Deno.writeTextFile(folder.join("ca.pem"), "CA");
  await Deno.writeTextFile(folder.join("token"), "first\n");
  const found = await access(folder, {
    cluster: { "certificate-authority": "ca.pem" },
    user: {
      tokenFile: folder.join("token"),
      "client-certificate-data": btoa("CERT"),
      "client-key-data": btoa("KEY"),
    },
    context: { namespace: "ns1" },
  });
  assert.deepEqual([found.server, found.namespace], ["https://api:6443", "ns1"]);
  assert.deepEqual(await found.credentials(), {
    ca: "CA",
    token: "first",
    cert: "CERT",
    key: "KEY",
  });
  await Deno.writeTextFile(folder.join("token"), "second");
  assert.equal((await found.credentials()).token, "second");
});

Deno.test("findAccess() uses the named context", async () => {
  const kubeconfig = new URL("data/kubeconfig.yaml", import.meta.url).pathname;
  const second = await findAccess({ ...inCluster, kubeconfig, context: "second" }) as Access;
  assert.deepEqual([second.server, second.namespace], ["https://127.0.0.1:1", "default"]);
  const first = await findAccess({ ...inCluster, kubeconfig }) as Access;
  assert.equal(first.server, "http://127.0.0.1:1");
});

for (
  const [what, parts, reason] of [
    ["a program for credentials", { user: { exec: {} } }, /exec is not supported; use a token/],
    ["a password", { user: { username: "a" } }, /username is not supported/],
    ["no verification", { cluster: { "insecure-skip-tls-verify": true } }, /insecure-skip-tls/],
    ["clear text to another machine", { cluster: { server: "http://api" } }, /must be https/],
    ["no URL", { cluster: { server: "no url" } }, /is not a URL/],
    ["a missing cluster", { context: { cluster: "other" } }, /clusters has no "other"/],
    ["a missing user", { context: { user: "other" } }, /users has no "other"/],
  ] as const
) {
  Deno.test(`findAccess() refuses a kubeconfig with ${what}`, async () => {
    using folder = tempDir();
    await assert.rejects(() => access(folder, parts), {
      code: "config_unreadable",
      message: new RegExp(`kubernetes.kubeconfig .*${reason.source}`),
    });
  });
}

Deno.test("findAccess() writes an IPv6 address of the API in brackets", async () => {
  using folder = tempDir();
  await Deno.writeTextFile(folder.join("token"), "t");
  const found = await findAccess({
    serviceHost: "fd00::1",
    servicePort: 443,
    serviceAccount: folder.path,
  }) as Access;
  assert.equal(found.server, "https://[fd00::1]:443");
  assert.deepEqual(await found.credentials(), { ca: undefined, token: "t" });
});
