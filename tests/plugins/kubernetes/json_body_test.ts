import assert from "node:assert/strict";
import { maxObjectBytes, readJson, readJsonLines } from "../../../plugins/kubernetes/json_body.ts";

const encoder = new TextEncoder();

async function linesOf(chunks: Iterable<Uint8Array>): Promise<unknown[]> {
  return await Array.fromAsync(readJsonLines(new Response(ReadableStream.from(chunks))));
}

Deno.test("readJson() reads a body up to its limit, also when characters are cut", async () => {
  const bytes = encoder.encode('{"a":"é"}');
  const body = () => new Response(ReadableStream.from([bytes.subarray(0, 7), bytes.subarray(7)]));
  assert.deepEqual(await readJson(body(), bytes.length), { a: "é" });
  await assert.rejects(
    () => readJson(body(), bytes.length - 1),
    /^SyntaxError: it is larger than 9/,
  );
});

Deno.test("readJsonLines() reads lines wherever they are cut, and leaves out empty ones", async () => {
  const bytes = encoder.encode('{"a":"é"}\n\n \n[1]\n{"b":2}\n{"c');
  const expected = [{ a: "é" }, [1], { b: 2 }];
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    assert.deepEqual(await linesOf(chunks), expected);
  }
});

Deno.test("readJsonLines() refuses a line that is too long", async () => {
  let read = 0;
  function* endless() {
    for (;;) {
      read += 65_536;
      yield new Uint8Array(65_536).fill(0x20);
    }
  }
  await assert.rejects(
    () => linesOf(endless()),
    /^SyntaxError: a line of the watch is longer than 4194304 characters$/,
  );
  assert(read < maxObjectBytes + 4 * 65_536);
});

Deno.test("readJsonLines() takes time that grows with the length only when a long line comes byte by byte", async () => {
  // Takes minutes if each byte has all that came before searched again.
  function* chunks() {
    yield encoder.encode(`"${"x".repeat(3 * 2 ** 20)}`);
    for (let at = 0; at < 100_000; at++) yield encoder.encode("y");
    yield encoder.encode('"\n');
  }
  const [line] = await linesOf(chunks());
  assert.equal((line as string).length, 3 * 2 ** 20 + 100_000);
});
