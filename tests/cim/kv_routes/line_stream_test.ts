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

Deno.test("lineStream() hands a long line over in pieces, and reads its source for none in advance", async () => {
  let taken = 0;
  const value = "x".repeat(300_000);
  async function* values() {
    for (; taken < 2; taken++) yield await Promise.resolve(value);
  }
  const reader = lineStream(values(), (item) => [item]).body!.getReader();
  let text = "";
  for (let count = 0; count < 5; count++) {
    const { value: piece } = await reader.read();
    assert(piece!.length <= 65_536, `${piece!.length} bytes at once`);
    text += new TextDecoder().decode(piece);
  }
  assert.equal(text, `${JSON.stringify(value)}\n`);
  assert.equal(taken, 0, "the second one is taken when the first has been read");
  await reader.cancel();
});

Deno.test("lineStream() ends after an item without lines", async () => {
  const response = lineStream(count(3), (item) => item === 2 ? [] : [item]);
  assert.equal(await response.text(), "1\n3\n");
});
