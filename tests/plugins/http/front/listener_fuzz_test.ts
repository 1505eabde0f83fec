import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { listening, RawClient, until } from "../_kit.ts";

/** Pieces of HTTP and of what is not HTTP, in any order. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      "GET / HTTP/1.1\r\n",
      "POST / HTTP/1.1\r\n",
      "Host: x\r\n",
      "Content-Length: 5\r\n",
      "Content-Length: 6\r\n",
      "Transfer-Encoding: chunked\r\n",
      "\r\n",
      "5\r\nhello\r\n",
      "0\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\0\0\0\x04\0\0\0\0\0",
      "\x16\x03\x01",
    ),
    fc.string({ unit: "binary", maxLength: 40 }),
  ),
  { maxLength: 12 },
);

Deno.test("HttpListener serves on and keeps no connection whatever is sent", async () => {
  await using kit = listening(() => Promise.resolve(new Response("ok")));
  await fc.assert(
    fc.asyncProperty(pieces, async (sent) => {
      using client = await RawClient.open(kit.listener.port);
      await client.send(sent.join("")).catch(() => "cut off in the middle");
    }),
    { numRuns: 200 },
  );
  await until("all connections are gone", () => kit.stats.connections === 0);
  assert.equal(await (await fetch(`http://127.0.0.1:${kit.listener.port}/`)).text(), "ok");
});
