import assert from "node:assert/strict";
import { type AgentProcess, changeSets, commitKey, startAgent } from "./_agent.ts";
import { cimHere, command } from "./_program.ts";
import { until } from "./_until.ts";

/** Runs `cim kv` against a running agent. */
function kv(agent: AgentProcess, ...args: string[]) {
  return cimHere(["kv", ...args, "--config", agent.configPath]);
}

Deno.test("cim kv puts, gets, lists and deletes in the running agent's store", async () => {
  await using agent = await startAgent();
  const put = await kv(agent, "put", "a/1", "one");
  assert.equal(put.code, 0, put.err);
  assert.match(put.out, /^written, store revision \d+\n$/);
  await kv(agent, "put", "a/2", "two words");
  await kv(agent, "put", "b", "else");

  assert.deepEqual(await kv(agent, "get", "a/1"), { code: 0, out: "one\n", err: "" });
  const missing = await kv(agent, "get", "a/3");
  assert.deepEqual([missing.code, missing.err], [
    1,
    'cim: Cannot get: there is no key "a/3" (key_unknown)\n',
  ]);

  assert.equal((await kv(agent, "list", "a/")).out, "a/1\tone\na/2\ttwo words\n");
  assert.equal((await kv(agent, "list", "a/", "--keys")).out, "a/1\na/2\n");

  assert.deepEqual(await kv(agent, "delete", "a/1"), { code: 0, out: "a/1\n", err: "" });
  assert.deepEqual(await kv(agent, "delete", "a/1"), {
    code: 1,
    out: "",
    err: 'cim: Cannot delete: there is no key "a/1" (key_unknown)\n',
  });
  assert.equal((await kv(agent, "delete", "a/", "--prefix")).out, "a/2\n");
  assert.equal((await kv(agent, "list", "a/")).out, "");
  assert.equal((await kv(agent, "get", "b")).out, "else\n");
});

Deno.test("cim kv accepts keys that a URL path cannot contain, and values that are not text", async () => {
  await using agent = await startAgent();
  for (const key of ["a b", "ä/ö", "a/../b", "a//b", "a%2Fb", "a?b#c", "a+b"]) {
    const put = await kv(agent, "put", key, `value of ${key}`);
    assert.equal(put.code, 0, `${key}: ${put.err}`);
    assert.equal((await kv(agent, "get", key)).out, `value of ${key}\n`);
  }
  const url = `${agent.restUrl}/api/v1/kv/bytes`;
  const put = await fetch(url, { method: "PUT", body: new Uint8Array([0xff, 0, 0xfe]) });
  await put.body?.cancel();
  const listed = await agent.get("/api/v1/kv?prefix=bytes");
  assert.equal(JSON.parse(listed.text).base64, "/wD+");
});

Deno.test("cim kv put --ttl deletes the key after the time", async () => {
  await using agent = await startAgent();
  assert.equal((await kv(agent, "put", "a", "1", "--ttl", "soon")).code, 2);
  await kv(agent, "put", "a", "1", "--ttl", "1s");
  await until("the end of the key", async () => await agent.key("a") === undefined || undefined);
});

Deno.test("cim kv watch prints changes as they happen and ends after --count or with a signal", async () => {
  await using agent = await startAgent();
  const watch = command(["kv", "watch", "w/", "--count", "2", "--config", agent.configPath])
    .spawn();
  // It prints nothing when it is ready: changes are made until it has seen its two.
  const ended = watch.output();
  let over = false;
  ended.finally(() => over = true);
  for (let count = 0; !over; count++) {
    await agent.put(`w/${count}`, "x");
    await agent.put(`other/${count}`, "x");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /^put\tw\/\d+\tx$/);

  const endless = command(["kv", "watch", "w/", "--config", agent.configPath]).spawn();
  const errors = new Response(endless.stderr).text();
  const reader = endless.stdout.getReader();
  let isSeen = false;
  const first = reader.read().finally(() => isSeen = true);
  for (let count = 0; !isSeen; count++) {
    await agent.put(`w/${count}`, "y");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.match(new TextDecoder().decode((await first).value), /^put\tw\/\d+\ty$/m);
  endless.kill("SIGINT");
  assert.equal((await endless.status).code, 0);
  assert.equal(await errors, "");
  await reader.cancel();
});

Deno.test("the routes of the store refuse invalid keys, times and prefixes", async () => {
  await using agent = await startAgent();
  const url = `${agent.restUrl}/api/v1/kv`;
  const answers: number[] = [];
  for (
    const [method, path] of [
      ["PUT", "/a?ttl=soon"],
      ["PUT", "/a?ttl=0"],
      ["DELETE", ""],
      ["DELETE", "?prefix="],
      ["GET", "/missing"],
      ["POST", "/a"],
      ["GET", "/%ff"],
    ]
  ) {
    const response = await fetch(`${url}${path}`, { method, body: method === "PUT" ? "x" : null });
    answers.push(response.status);
    assert.notEqual((await response.json()).error, undefined);
  }
  assert.deepEqual(answers, [400, 400, 400, 400, 404, 405, 400]);
});

Deno.test("a watch over REST ends when the agent stops, and does not delay it", async () => {
  await using agent = await startAgent();
  const response = await fetch(`${agent.restUrl}/api/v1/kv?prefix=&watch=true`);
  const reader = response.body!.getReader();
  const first = await reader.read();
  assert.match(new TextDecoder().decode(first.value), /^\{"watching":""\}\n$/);
  const { code, err } = await agent.stop();
  assert.equal(code, 0, err);
  let done = false;
  while (!done) done = (await reader.read()).done;
});

Deno.test("cim kv refuses a key with a leading slash with 1 and the remedy", async () => {
  await using agent = await startAgent();
  for (
    const args of [["get"], ["put", "x"], ["delete"], ["delete", "--prefix"], ["list"], ["watch"]]
  ) {
    const [command, ...rest] = args;
    const { code, err } = await kv(agent, command, "//a/b", ...rest);
    assert.equal(code, 1, `${command}: ${err}`);
    assert.match(err, /^cim: .*must not begin with a slash; use "a\/b" \(key_invalid\)\n$/);
  }
});

Deno.test("cim kv put reads the value from a file with @ and from standard input with -", async () => {
  await using agent = await startAgent();
  const path = `${agent.folder}/value.bin`;
  const bytes = Uint8Array.of(0, 0xff, 0x0a);
  await Deno.writeFile(path, bytes);
  assert.equal((await kv(agent, "put", "file", `@${path}`)).code, 0);
  assert.deepEqual(await valueOf(agent, "file"), bytes);

  const put = command(["kv", "put", "stdin", "-", "--config", agent.configPath], {
    stdin: "piped",
  }).spawn();
  const writer = put.stdin.getWriter();
  await writer.write(bytes);
  await writer.close();
  const { code, stderr } = await put.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.deepEqual(await valueOf(agent, "stdin"), bytes);

  assert.equal((await kv(agent, "put", "text", "@@name")).code, 0);
  assert.equal(await agent.key("text"), "@name");
  const missing = await kv(agent, "put", "gone", "@/no/such/file");
  assert.equal(missing.code, 1);
  assert.match(missing.err, /\/no\/such\/file/);
});

async function valueOf(agent: AgentProcess, key: string): Promise<Uint8Array> {
  return await (await fetch(`${agent.restUrl}/api/v1/kv/${key}`)).bytes();
}

Deno.test("cim changes lists change-sets as a table and with --json as the agent answers", async () => {
  await using agent = await startAgent();
  const options = ["--config", agent.configPath];
  assert.equal(
    (await cimHere(["changes", ...options])).out,
    "no change-sets\n",
  );
  await agent.put(`${changeSets}/cim.json/2`, "[]");
  await until("the commit", async () => await agent.key(commitKey) !== undefined || undefined);
  const shown = await cimHere(["changes", ...options]);
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /^LEVEL +FILE +REVISION +STATE +ATTEMPTS +CHANGED\nms +cim\.json +2 +/);
  const { changes } = JSON.parse((await cimHere(["changes", "--json", ...options])).out);
  assert.equal(changes[0].dataKey, "cim.json");
});
