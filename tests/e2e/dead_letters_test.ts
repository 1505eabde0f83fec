import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { toBase64 } from "../../core/mod.ts";
import { keyedBlock } from "../../plugins/kafka/mod.ts";
import { startAgent } from "./_agent.ts";
import { cim } from "./_program.ts";

Deno.test("cim dead-letters replay works with a running agent and without one; the next agent has both records in its queue and its book", async () => {
  using dir = tempDir({ prefix: "cim_e2e_" });
  const { data } = keyedBlock([{ value: new TextEncoder().encode('{"event":1}') }]);
  const letter = JSON.stringify({
    time: new Date().toISOString(),
    route: "events",
    reason: "record_too_large",
    record: toBase64(data.slice(4)),
  });
  const place = (path: string) => ["--config", path];
  {
    await using agent = await startAgent({ folder: dir.path });
    await Deno.writeTextFile(`${dir.path}/data/dead_letters.jsonl`, `${letter}\n`);
    const options = place(agent.configPath);
    const list = await cim(["dead-letters", "ls", ...options]);
    assert.match(list.out, /^1 .* events +\d+ +record_too_large$/m);
    const refused = await cim(["dead-letters", "drop", "1", ...options]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /process \d+ uses it; stop that process.*\(spool_in_use\)/);
    const running = await cim(["dead-letters", "replay", "1", ...options]);
    assert.deepEqual([running.code, running.out], [
      0,
      "replayed 1 dead letters; the agent sends them now\n",
    ], running.err);
    assert.match((await cim(["dead-letters", "ls", ...options])).out, /^no dead letters/);
    const { text } = await agent.get("/metrics");
    assert.match(text, /^cim_spool_records\{[^}]*queue="events"[^}]*\} 1$/m);
    assert.match(text, /^cim_route_unaccounted\{[^}]*route="events"[^}]*\} 0$/m);
    await agent.stop();
    await Deno.writeTextFile(`${dir.path}/data/dead_letters.jsonl`, `${letter}\n`);
    const stopped = await cim(["dead-letters", "replay", "1", ...options]);
    assert.deepEqual([stopped.code, stopped.err], [0, ""]);
  }
  await using agent = await startAgent({ folder: dir.path });
  const { text } = await agent.get("/metrics");
  assert.match(text, /^cim_spool_records\{[^}]*queue="events"[^}]*\} 2$/m);
  assert.match(text, /^cim_route_accepted_total\{[^}]*route="events"[^}]*\} 2$/m);
  assert.match(text, /^cim_route_spooled\{[^}]*route="events"[^}]*\} 2$/m);
  assert.match(text, /^cim_route_unaccounted\{[^}]*route="events"[^}]*\} 0$/m);
  const json = JSON.parse((await cim(["status", "--json", ...place(agent.configPath)])).out);
  const events = json.routes.find(({ route }: { route: string }) => route === "events");
  assert.deepEqual([events.accepted, events.delivered, events.spooled], [2, 0, 2]);
  assert.equal(typeof events.oldestSeconds, "number");
  const { out } = await cim(["status", ...place(agent.configPath)]);
  assert.match(out, /^events +2 +0 +2 +0 +0 +\d+ s$/m);
  assert(out.split("\n").every(({ length }) => length <= 80), out);
});
