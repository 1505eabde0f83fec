import assert from "node:assert/strict";
import { runCli } from "../../../../cim/cli/mod.ts";
import { eventually, type Product, product } from "../../_product.ts";
import { assertHarmless, hostile } from "../_hostile.ts";
import { recordingIo } from "../_io.ts";

const commit = "commit-config/ns1/amf/v1/ms/amf-0";
const keyOf = (revision: number, level = "ms") =>
  `change-set/ns1/amf/v1/${level}/amf.json/${revision}`;

async function run(cim: Product, ...args: string[]) {
  const io = recordingIo();
  const port = new URL(cim.url).port;
  const code = await runCli(["config", ...args, "--set", `rest.port=${port}`], io);
  return { code, out: io.outLines, err: io.errLines };
}

/** Pushes change-sets, each after the commit of the one before it. */
async function push(cim: Product, ...patches: (readonly [revision: number, patch: unknown])[]) {
  for (const [revision, patch] of patches) {
    await cim.put(keyOf(revision), JSON.stringify(patch));
    await eventually(async () => await cim.get(commit) === `${revision}`);
  }
}

async function withTwoRevisions(): Promise<Product> {
  const cim = await product();
  await (await cim.register()).body?.cancel();
  await push(
    cim,
    [5, [{ op: "replace", path: "/log/level", value: "info" }]],
    [6, [
      { op: "replace", path: "/log/level", value: "debug" },
      { op: "add", path: "/db", value: { password: "s3cret", url: "http://u:s3cret@db" } },
      { op: "add", path: "/env/0", value: { name: "API_TOKEN", value: "s3cret" } },
      { op: "replace", path: "/secrets/first", value: "s3cret" },
      { op: "remove", path: "/old" },
    ]],
  );
  return cim;
}

Deno.test("cim config log lists change-sets, newest first, with result and changed places", async () => {
  await using cim = await withTwoRevisions();
  await eventually(async () => (await run(cim, "log")).out[0].includes("committed"));
  const { code, out } = await run(cim, "log");
  assert.equal(code, 0);
  assert.match(out[0], /^6 ms amf\.json: committed \(applied\) 20\d\d-\d\d-\d\dT[\d:]+Z$/);
  assert.equal(out[1], "    /log/level /db /env/0 /secrets/first /old");
  assert.match(out[2], /^5 ms amf\.json: committed/);
  assert.deepEqual((await run(cim, "log", "--count", "1")).out.length, 2);
  assert.deepEqual((await run(cim, "log", "--level", "nf")).out, ["no change-sets"]);
  const json = JSON.parse((await run(cim, "log", "--json")).out.join("\n"));
  assert.deepEqual(json.changes.map(({ revision }: { revision: number }) => revision), [6, 5]);
  assert.deepEqual(json.changes[1].paths, ["/log/level"]);
});

Deno.test("cim config diff shows what changed, with the value before and without secrets", async () => {
  await using cim = await withTwoRevisions();
  const { code, out } = await run(cim, "diff", "5", "6");
  assert.deepEqual([code, out], [0, [
    "ms amf.json, revision 6",
    '  ~ /log/level: "info" -> "debug"',
    '  + /db: {"password":"[redacted]","url":"http://[redacted]@db"}',
    '  + /env/0: {"name":"API_TOKEN","value":"[redacted]"}',
    '  ~ /secrets/first: "[redacted]"',
    "  - /old",
  ]]);
  const alone = await run(cim, "diff", "5");
  assert.deepEqual(alone.out, ["ms amf.json, revision 5", '  ~ /log/level: "info"']);
  for (const args of [["diff", "5", "6", "--json"], ["log", "--json"]]) {
    const json = (await run(cim, ...args)).out.join("\n");
    assert(!json.includes("s3cret"), json);
  }
  const missing = await run(cim, "diff", "5", "9");
  assert.equal(missing.code, 1);
  assert.match(missing.err[0], /revision 9: .* it has 5, 6 \(change_set_missing\)/);
});

Deno.test("cim config replay pushes a failed change-set again after its lease has ended, and commits the success", async () => {
  let status = "failure";
  await using cim = await product({
    app: async (request, reply) => {
      if (request.url.endsWith("/updateConfig")) reply({ ...await request.json(), status });
      return new Response();
    },
  });
  await (await cim.register()).body?.cancel();
  const patch = '[{"op":"replace","path":"/x","value":1}]';
  await cim.put(keyOf(5), patch, 500);
  await eventually(async () => await cim.get(commit) === "-1");
  await eventually(async () => await cim.get(keyOf(5)) === undefined);
  const failed = await run(cim, "replay", "5");
  assert.equal(failed.code, 1, failed.err.join());
  assert.match(failed.out[0], /^revision 5 of ms amf\.json failed: the application reported/);
  status = "success";
  const { code, out, err } = await run(cim, "replay", "5");
  assert.deepEqual([code, err.length], [0, 1], err.join());
  assert.match(out[0], /^revision 5 of ms amf\.json (applied|committed \(applied\))$/);
  assert.equal(await eventually(async () => await cim.get(commit) === "5"), true);
  const pushed = cim.calls.filter(({ path }) => path === "/updateConfig");
  assert.equal(pushed.length, 3);
  assert.equal(JSON.parse(pushed[2].body)["config-patch"], patch);
  assert.match((await run(cim, "log")).out[0], /, pushed again$/);
});

Deno.test("cim config replay says why a change-set cannot be pushed again", async () => {
  await using cim = await withTwoRevisions();
  const earlier = await run(cim, "replay", "5");
  assert.equal(earlier.code, 1);
  assert.match(
    earlier.err[0],
    /the application may have revision 6 of the file.*\(change_set_replay_refused\)/,
  );
  const none = await run(cim, "replay", "4");
  assert.match(none.err[0], /revision 4: .* `cim config log` \(change_set_missing\)/);
  await cim.put(keyOf(6, "nf"), "[]");
  await eventually(() => cim.get("commit-config/ns1/amf/v1/nf/amf-0"));
  const several = await run(cim, "replay", "6");
  assert.equal(several.code, 2);
  assert.match(several.err[0], /several change-sets: nf amf\.json, ms amf\.json; choose one/);
  const one = await run(cim, "replay", "6", "--level", "nf");
  assert.equal(one.code, 0, one.err.join());
});

for (const args of [["diff", "6", "5"], ["diff", "x"], ["replay"], ["log", "--level", "x"]]) {
  Deno.test(`cim config ${args.join(" ")} is a usage error`, async () => {
    const io = recordingIo();
    assert.equal(await runCli(["config", ...args], io), 2);
  });
}

Deno.test("cim config log and diff escape what a terminal acts on when a patch or a remark has it", async () => {
  await using cim = await product({
    async app(request, reply) {
      const body = await request.text();
      if (body !== "") reply({ ...JSON.parse(body), status: "failure", remarks: hostile });
      return new Response();
    },
  });
  await (await cim.register()).body?.cancel();
  const patch = [{ op: "add", path: `/${hostile}`, value: { [hostile]: hostile } }];
  await cim.put(keyOf(5), JSON.stringify(patch));
  await eventually(async () => (await run(cim, "log")).out.join().includes("forged"));
  for (const args of [["log"], ["log", "--json"], ["diff", "5"], ["diff", "5", "--json"]]) {
    const { code, out } = await run(cim, ...args);
    assert.equal(code, 0);
    assertHarmless(out.join("\n").split("\n"));
    assert.match(out.join("\n"), /title/);
  }
});
