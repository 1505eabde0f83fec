import assert from "node:assert/strict";
import { connectNats } from "../../plugins/nats/mod.ts";
import { startAgent } from "./_agent.ts";
import { fakeApp } from "./_app.ts";
import { cim, command } from "./_program.ts";

Deno.test("cim tap LOG prints lines that pass the agent, and ends after --count", async () => {
  await using app = fakeApp();
  await using agent = await startAgent();
  const args = ["tap", "LOG", "--count", "2", "--json", "--config", agent.configPath];
  const process = command(args).spawn();
  const output = new Response(process.stdout).text();
  let err = "";
  await using nats = await connectNats(agent.natsUrl);
  for await (const chunk of process.stderr.pipeThrough(new TextDecoderStream())) {
    const wasListening = err.includes("listening on LOG");
    err += chunk;
    if (wasListening || !err.includes("listening on LOG")) continue;
    for (const line of ["one", "two", "three"]) nats.publish("LOG", app.line(line));
    await nats.flush();
  }
  assert.equal((await process.status).code, 0, err);
  const texts = (await output).trim().split("\n").map((line) => JSON.parse(line).text);
  assert.deepEqual(texts, ["one", "two"]);
  assert.match(err, /2 messages printed, 0 left out/);
});

Deno.test("cim tap of another subject is a usage error and ends with 2", async () => {
  const { code, err } = await cim(["tap", "SECRETS"]);
  assert.equal(code, 2);
  assert.match(err, /Cannot tap "SECRETS": must be LOG, EVENT, CONFIG, EVENT-NOTIFICATION/);
});

Deno.test("cim tap --user reads the password from standard input, and ends with the counts at Ctrl-C", async () => {
  await using agent = await startAgent({
    config: { nats: { users: [{ user: "app", password: "s3cret" }] } },
  });
  const args = ["tap", "CONFIG", "--user", "app", "--config", agent.configPath];
  const process = command(args, { stdin: "piped" }).spawn();
  const output = new Response(process.stdout).text();
  const input = process.stdin.getWriter();
  await input.write(new TextEncoder().encode("s3cret\n"));
  await input.close();
  let err = "";
  for await (const chunk of process.stderr.pipeThrough(new TextDecoderStream())) {
    const wasListening = err.includes("listening on CONFIG");
    err += chunk;
    if (!wasListening && err.includes("listening on CONFIG")) process.kill("SIGINT");
  }
  assert.equal((await process.status).code, 0, err);
  assert.equal(await output, "");
  assert.match(err, /0 messages printed, 0 left out/);
});
