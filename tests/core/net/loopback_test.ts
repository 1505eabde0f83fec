import assert from "node:assert/strict";
import { isLoopback } from "../../../core/net/mod.ts";

Deno.test("isLoopback() accepts every form of a loopback address and nothing else", () => {
  for (
    const address of [
      "127.0.0.1",
      "127.255.0.9",
      "::1",
      "[::1]",
      "::ffff:127.0.0.1",
      "::FFFF:127.0.0.1",
    ]
  ) assert(isLoopback(address), address);
  for (
    const address of [
      "10.0.0.1",
      "::ffff:10.0.0.1",
      "fe80::1",
      "128.0.0.1",
      "127.0.0.1.evil",
      "1270.0.0.1",
      "localhost",
      "",
    ]
  ) assert(!isLoopback(address), address);
});
