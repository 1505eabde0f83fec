import assert from "node:assert/strict";
import { AgentError } from "../../../core/mod.ts";
import { lineStream } from "../../../cim/kv_routes/line_stream.ts";

async function* count(upTo: number): AsyncGenerator<number> {
  for (let number = 1; number <= upTo; number++) yield await Promise.resolve(number);
}

Deno.test("lineStream() writes one JSON line for each item, after the first line", async () => {
  const response = lineStream(count(2), (item) => [{ item }], { first: { begin: true } });
  assert.equal(response.headers.get("content-type"), "application/x-ndjson");
  assert.equal(await response.text(), '{"begin":true}\n{"item":1}\n{"item":2}\n');
});

Deno.test("lineStream() ends with the error and its code when its source fails", async () => {
  async function* broken(error: Error) {
    yield await Promise.resolve(1);
    throw error;
  }
  for (
    const [error, line] of [
      [new AgentError("closed", "gone"), '{"error":"gone","code":"closed"}'],
      [new Error("secret detail"), '{"error":"internal error","code":"internal"}'],
    ] as const
  ) {
    const failures: unknown[] = [];
    let ended = 0;
    const response = lineStream(broken(error), (item) => [item], {
      onEnd: () => ended++,
      onFailure: (failure) => failures.push(failure),
    });
    assert.equal(await response.text(), `1\n${line}\n`);
    assert.equal(ended, 1);
    assert.deepEqual(failures, [error]);
  }
});

Deno.test("lineStream() reads its source only as fast as the client reads, and ends it when the client leaves", async () => {
  let taken = 0;
  let ended = 0;
  async function* endless() {
    try {
      while (true) yield await Promise.resolve(++taken);
    } finally {
      ended++;
    }
  }
  const response = lineStream(endless(), (item) => [item], { onEnd: () => ended++ });
  const reader = response.body!.getReader();
  await reader.read();
  assert(taken <= 3, `${taken} were taken for one that was read`);
  await reader.cancel();
  assert.equal(ended, 2);
});
