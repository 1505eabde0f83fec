import assert from "node:assert/strict";
import { command, isBinary } from "./_program.ts";

Deno.test("cim demo sees every step and ends with 0", async () => {
  const { code, stdout, stderr } = await command(["demo"], { flags: ["--allow-run"] }).output();
  const out = new TextDecoder().decode(stdout);
  assert.equal(code, 0, `${out}\n${new TextDecoder().decode(stderr)}`);
  assert.equal([...out.matchAll(/^seen: /gm)].length, 10);
  assert.equal([...out.matchAll(/ seen +\d+ ms$/gm)].length, 10);
  assert.match(out, /lines waited in the spool; all 2000 arrived in order/);
  assert.match(out, /^everything was seen in [\d.]+ s$/m);
  assert.match(out, isBinary ? /run inside this process/ : /run as two processes/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`cim demo --stay prints how to use both, and on ${signal} ends them and removes its folder`, async () => {
    const demo = command(["demo", "--stay"], { flags: ["--allow-run"] }).spawn();
    const errors = new Response(demo.stderr).text();
    let out = "";
    let asked: number | undefined;
    for await (const chunk of demo.stdout.pipeThrough(new TextDecoderStream())) {
      out += chunk;
      const url = /curl (http:\S+\/api\/v1\/status)/.exec(out)?.[1];
      if (url === undefined || asked !== undefined || !out.includes("Ctrl-C")) continue;
      const response = await fetch(url);
      asked = response.status;
      await response.body?.cancel();
      demo.kill(signal);
    }
    assert.equal((await demo.status).code, 0, `${out}\n${await errors}`);
    await errors;
    assert.equal(asked, 200);
    assert.match(out, /^seen: (SIGTERM|a stop request) drains/m);
    await assert.rejects(Deno.stat(folderOf(out)), Deno.errors.NotFound);
  });

  Deno.test(`cim demo removes its folder when ${signal} comes before every step was seen`, async () => {
    const demo = command(["demo"], { flags: ["--allow-run"] }).spawn();
    const errors = new Response(demo.stderr).text();
    let out = "";
    for await (const chunk of demo.stdout.pipeThrough(new TextDecoderStream())) {
      if (out === "") demo.kill(signal);
      out += chunk;
    }
    assert.equal((await demo.status).code, 1, `${out}\n${await errors}`);
    await errors;
    assert.match(out, new RegExp(`^stopped by ${signal}$`, "m"));
    await assert.rejects(Deno.stat(folderOf(out)), Deno.errors.NotFound);
  });
}

/** The folder that the demo prints first. */
function folderOf(out: string): string {
  const folder = /^folder (\S+)$/m.exec(out)?.[1];
  assert(folder !== undefined, out);
  return folder;
}
