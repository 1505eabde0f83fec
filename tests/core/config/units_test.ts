import assert from "node:assert/strict";
import { parseDuration, parseSize } from "../../../core/config/mod.ts";

const durations: [string, number | undefined][] = [
  ["0", 0],
  ["250ms", 250],
  ["5s", 5_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["7d", 604_800_000],
  ["100us", 0.1],
  ["1000000ns", 1],
  ["", undefined],
  ["5", undefined],
  ["-5s", undefined],
  ["5 s", undefined],
  ["s", undefined],
  ["5sec", undefined],
  ["1e3s", undefined],
];
for (const [text, expected] of durations) {
  Deno.test(`parseDuration() of "${text}" is ${expected}`, () => {
    assert.equal(parseDuration(text), expected);
  });
}

const sizes: [string, number | undefined][] = [
  ["0", 0],
  ["512", 512],
  ["64KiB", 65_536],
  ["64 kib", 65_536],
  ["10MiB", 10_485_760],
  ["1.5GB", 1_500_000_000],
  ["2b", 2],
  ["", undefined],
  ["KiB", undefined],
  ["-1", undefined],
  ["1TB", undefined],
  ["1  MB", undefined],
];
for (const [text, expected] of sizes) {
  Deno.test(`parseSize() of "${text}" is ${expected}`, () => {
    assert.equal(parseSize(text), expected);
  });
}
