/** Tables: SUB written in every way, and what each pattern matches. @module */
import { step, type Topic, topicOf } from "../_script.ts";

const quiet = '{"verbose":false,"pedantic":false}';

const subscribes: readonly string[] = [
  "SUB foo 1",
  "sub foo 1",
  "SUB  foo  1 ",
  "SUB\tfoo\t1",
  "SUB foo q 1",
  "SUB foo",
  "SUB foo q r 1",
  "SUB foo abc",
  "SUB foo \xff",
  "SUB foo.bar 1",
  "SUB foo.* 1",
  "SUB foo.> 1",
  "SUB * 1",
  "SUB > 1",
  "SUB *.* 1",
  "SUB *.> 1",
  "SUB foo*.bar 1",
  "SUB foo>.bar 1",
  "SUB foo.>.bar 1",
  "SUB >.foo 1",
  "SUB foo..bar 1",
  "SUB .foo 1",
  "SUB foo. 1",
  "SUB . 1",
  "SUB $SYSX.> 1",
  "SUB $GNR.> 1",
  "SUB foo _sys_ 1",
  "SUB foo a.b 1",
  "SUB foo * 1",
  "SUB caf\xc3\xa9 1",
  "SUB \x00 1",
  `SUB ${"a".repeat(2046)} 1`,
  `SUB ${"a".repeat(2047)} 1`,
  `SUB ${"a.".repeat(500)}> 1`,
];

const patterns = [
  "a",
  "a.b",
  "a.*",
  "a.>",
  "*",
  "*.*",
  "*.b",
  ">",
  "*.>",
  "a.b.c",
  "a.*.c",
  "*.*.*",
];
const targets = ["a", "a.b", "a.c", "b.b", "a.b.c", "a.x.c", "b", "x.y.z", "a.b.c.d"];

/** Each line, quietly and verbosely. */
export const subscribeTable: Topic = topicOf(
  "subscribe_table",
  subscribes.flatMap((subscribe) =>
    [false, true].map((verbose) => ({
      name: `${JSON.stringify(subscribe.slice(0, 60))} (${subscribe.length} bytes)${
        verbose ? ", verbose" : ""
      }`,
      steps: [
        step("a", "connect", JSON.stringify({ verbose, pedantic: false })),
        step("a", "send", subscribe),
        step("a", "send", "PUB foo 1\r\n1\r\nPUB foo.bar 1\r\n2\r\nPUB foo.bar.baz 1\r\n3"),
      ],
    }))
  ),
);

/** Each pattern against each subject. */
export const patternTable: Topic = topicOf(
  "pattern_table",
  patterns.map((pattern) => ({
    name: `${pattern} gets what it should`,
    steps: [
      step("a", "connect", quiet),
      step("a", "send", `SUB ${pattern} 1`),
      ...targets.map((target) => step("b", "send", `PUB ${target} 1\r\nx`)),
    ],
  })),
);
