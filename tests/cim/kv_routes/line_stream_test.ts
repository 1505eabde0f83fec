import assert from "node:assert/strict";
import { lineStream } from "../../../cim/kv_routes/line_stream.ts";

async function* count(upTo: number): AsyncGenerator<number> {
  for (let number = 1; number <= upTo; number++) yield await Promise.resolve(number);
}

Deno.test("lineStream() writes one JSON line for each item, after the first line", async () => {
  const response = lineStream(count(2), (item) => [{ item }], { first: { begin: true } });
  assert.equal(response.headers.get("content-type"), "application/x-ndjson");
  assert.equal(await response.text(), '{"begin":true}\n{"item":1}\n{"item":2}\n');
});

Deno.test("lineStream() ends with the error when its source fails", async () => {
  let ended = 0;
  async function* broken() {
    yield await Promise.resolve(1);
    throw new Error("gone");
  }
  const response = lineStream(broken(), (item) => [item], { onEnd: () => ended++ });
  assert.equal(await response.text(), '1\n{"error":"gone"}\n');
  assert.equal(ended, 1);
});

Deno.test("lineStream() takes no more from its source than is read, and ends it with its reader", async () => {
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
