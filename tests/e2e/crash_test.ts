import assert from "node:assert/strict";
import { connectNats } from "../../plugins/nats/mod.ts";
import { type AgentProcess, pod, startAgent } from "./_agent.ts";
import { fakeApp } from "./_app.ts";
import { tempDir } from "../_support/temp_dir.ts";

/** The lines of the application's log, those of the rotated files first. */
async function logLines({ folder }: AgentProcess): Promise<string[]> {
  const base = `${pod.name}_${pod.namespace}_amf-c1`;
  const rotated: string[] = [];
  for await (const { name } of Deno.readDir(`${folder}/logs`)) {
    if (name.startsWith(base) && name.endsWith(".log_bkp")) rotated.push(name);
  }
  const names = [...rotated.sort(), `${base}.log`];
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(`${folder}/logs/${name}`)));
  return texts.join("").trimEnd().split("\n");
}

const lineText = (number: number) => `${String(number).padStart(7, "0")} ${"x".repeat(180)} end`;

/** Publishes numbered lines until the agent is gone, and puts keys meanwhile. */
async function load(agent: AgentProcess): Promise<{ acknowledged: number }> {
  await using app = fakeApp();
  await using nats = await connectNats(agent.natsUrl);
  const result = { acknowledged: 0 };
  let number = 0;
  const crash = setTimeout(() => agent.kill("SIGKILL"), 1_500);
  try {
    while (true) {
      for (let count = 0; count < 500; count++) nats.publish("LOG", app.line(lineText(++number)));
      await agent.put(`load/${result.acknowledged + 1}`, `value ${result.acknowledged + 1}`);
      result.acknowledged++;
    }
  } catch {
    // The agent is gone, which was the point; the test fails below if nothing was acknowledged.
  } finally {
    clearTimeout(crash);
  }
  await agent.ended;
  return result;
}

Deno.test("kill -9 under load leaves every acknowledged key and no torn line in the middle", async () => {
  await using first = await startAgent();
  const { acknowledged } = await load(first);
  assert(acknowledged > 5, `only ${acknowledged} keys were written before the end`);

  await using second = await startAgent({ folder: first.folder });
  for (let number = 1; number <= acknowledged; number++) {
    assert.equal(await second.key(`load/${number}`), `value ${number}`);
  }
  await using app = fakeApp();
  await using nats = await connectNats(second.natsUrl);
  nats.publish("LOG", app.line("after the restart"));
  await nats.flush();
  await second.stop();

  const lines = await logLines(second);
  assert.equal(lines.at(-1), "after the restart");
  // The line that was being written when the end came may be torn; it is the last of its time.
  const whole = lines.slice(0, -2);
  assert(whole.length > 1_000, `only ${whole.length} lines were written before the end`);
  whole.forEach((line, index) => assert.equal(line, lineText(index + 1)));
});

Deno.test("the agent starts again on a folder it was killed in, again and again", async () => {
  using dir = tempDir();
  const folder = dir.path;
  for (let round = 0; round < 3; round++) {
    await using agent = await startAgent({ folder });
    await agent.put(`round/${round}`, "x");
    const { text } = await agent.get("/api/v1/kv?prefix=round/");
    assert.equal(text.trimEnd().split("\n").length, round + 1);
    agent.kill("SIGKILL");
    assert.notEqual((await agent.ended).code, 0);
  }
});
