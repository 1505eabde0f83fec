import assert from "node:assert/strict";
import {
  bytes,
  type Duration,
  formatDuration,
  formatSize,
  milliseconds,
  parseDuration,
  parseSize,
  type Size,
} from "../../../core/units/mod.ts";

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

const texts: [text: string, actual: string][] = [
  ["2h", formatDuration(7_200_000)],
  ["90s", formatDuration(90_000)],
  ["1500ms", formatDuration(1_500)],
  ["0ms", formatDuration(0)],
  ["64KiB", formatSize(65_536)],
  ["1000", formatSize(1_000)],
];
for (const [text, actual] of texts) {
  Deno.test(`${text} is written in the largest unit that divides it`, () => {
    assert.equal(actual, text);
  });
}

Deno.test("milliseconds() takes numbers and texts, and bytes() does the same for sizes", () => {
  assert.deepEqual([milliseconds(250, "x"), milliseconds("1.5s", "x")], [250, 1_500]);
  assert.equal(milliseconds(Infinity, "x"), Infinity);
  assert.deepEqual([bytes(512, "x"), bytes("10MiB", "x")], [512, 10_485_760]);
});

const refused: [run: () => number, message: RegExp][] = [
  [
    () => milliseconds("5 s" as Duration, "stopTimeout"),
    /^Cannot use stopTimeout "5 s": must be a number of milliseconds or a text such as "5s"/,
  ],
  [() => milliseconds(-1, "limit"), /^Cannot use limit -1: .*at least 0ms$/],
  [() => milliseconds(NaN, "limit"), /^Cannot use limit NaN/],
  [() => milliseconds("2h", "limit", { max: 3_600_000 }), /limit "2h": .* at most 1h$/],
  [() => bytes("1TB" as Size, "maxBody"), /^Cannot use maxBody "1TB": must be a number of bytes/],
  [() => bytes(1, "maxBody", { min: 1_024 }), /maxBody 1: .*at least 1KiB$/],
];
for (const [run, message] of refused) {
  Deno.test(`a value that is refused with ${message} throws a RangeError that names the option`, () => {
    assert.throws(run, { name: "RangeError", message });
  });
}
