import assert from "node:assert/strict";
import { runCli } from "../../../cim/cli/mod.ts";
import { toBase64 } from "../../../core/mod.ts";
import { keyedBlock } from "../../../plugins/kafka/mod.ts";
import { recordingIo } from "../cli/_io.ts";
import { type Product, product } from "../_product.ts";

const { data } = keyedBlock([{ value: new TextEncoder().encode("{}") }]);

async function writeLetters({ folder }: Product, ...routes: string[]): Promise<void> {
  const lines = routes.map((route) =>
    JSON.stringify({
      time: new Date().toISOString(),
      route,
      reason: "record_too_large",
      record: toBase64(data.slice(4)),
    })
  );
  await Deno.writeTextFile(`${folder}/data/dead_letters.jsonl`, `${lines.join("\n")}\n`);
}

async function run(cim: Product, ...args: string[]) {
  const io = recordingIo();
  const sets = [`rest.port=${new URL(cim.url).port}`, `paths.data=${cim.folder}/data`];
  const options = sets.flatMap((set) => ["--set", set]);
  const code = await runCli(["dead-letters", ...args, ...options], io);
  return { code, out: io.outLines, err: io.errLines };
}

async function ask(cim: Product, body: string) {
  const url = `${cim.url}/api/v1/dead-letters/replay`;
  const response = await fetch(url, { method: "POST", body });
  return { status: response.status, ...await response.json() };
}

Deno.test("cim dead-letters replay has the running agent put letters back, more than one request takes", async () => {
  await using cim = await product();
  await writeLetters(cim, ...Array<string>(1_001).fill("events"), "subscriptions");
  const { code, out, err } = await run(cim, "replay", "--route", "events");
  assert.deepEqual([code, out, err], [0, [
    "replayed 1001 dead letters; the agent sends them now",
  ], []]);
  const metrics = await (await fetch(`${cim.url}/metrics`)).text();
  assert.match(metrics, /^cim_route_spooled\{[^}]*route="events"[^}]*\} 1001$/m);
  assert.match(metrics, /^cim_route_unaccounted\{[^}]*route="events"[^}]*\} 0$/m);
  const left = JSON.parse((await run(cim, "ls", "--json")).out.join("\n")).letters;
  assert.deepEqual(left.map(({ route }: { route: string }) => route), ["subscriptions"]);
});

Deno.test("cim dead-letters replay passes on why the running agent leaves a letter", async () => {
  await using cim = await product();
  await writeLetters(cim, "logs_kafka");
  const { code, err } = await run(cim, "replay", "1");
  assert.equal(code, 1);
  assert.match(err[0], /503: .*route logs_kafka has no queue.*\(dead_letter_replay_refused\)$/);
});

Deno.test("the agent refuses letters of another process and bodies that are not as wanted", async () => {
  await using cim = await product();
  const other = await ask(cim, JSON.stringify({ owner: Deno.pid + 1, letters: [] }));
  assert.deepEqual([other.status, other.code], [503, "dead_letter_replay_refused"]);
  assert.match(other.error, /those of process \d+, and this agent is process \d+; ask that one/);
  const many = { owner: Deno.pid, letters: Array(1_001).fill("a") };
  for (const body of ["{", "null", "{}", '{"owner":1,"letters":[1]}', JSON.stringify(many)]) {
    const { status, code } = await ask(cim, body);
    assert.deepEqual([status, code], [400, "dead_letter_request_invalid"], body);
  }
});
