/** One session of all verbs, cut into two packets at every byte. @module */
import { step, type Topic, topicOf } from "../_script.ts";

const session =
  "SUB foo 1\r\nPUB foo 5\r\nhello\r\nHPUB foo bar 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPING\r\nUNSUB 1 9\r\n+OK\r\nPONG\r\n";

/** Scripts. */
export const cutTable: Topic = topicOf(
  "cut_table",
  Array.from({ length: session.length - 1 }, (_, i) => ({
    name: `cut after byte ${i + 1}`,
    steps: [
      step("a", "connect", '{"verbose":false,"headers":true}'),
      step("a", "bytes", session.slice(0, i + 1)),
      step("a", "bytes", session.slice(i + 1)),
      step("a", "send", "PUB foo 0\r\n"),
    ],
  })),
);
