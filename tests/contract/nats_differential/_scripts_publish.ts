/**
 * Scripts about PUB, HPUB and what subscribers get.
 *
 * @module
 */
import { type Script, script } from "./_script.ts";

const kilobyte = "x".repeat(1024);

/** PUB lines (and what follows) that reach or do not reach a subscriber of `>`. */
const publishes: readonly string[] = [
  "PUB foo 0\r\n",
  "PUB foo 2\r\nhi",
  "PUB foo 002\r\nhi",
  "PUB foo bar 2\r\nhi",
  "PUB  foo  2\r\nhi",
  "PUB\tfoo\t2\r\nhi",
  "PUB \t foo \t bar \t 2 \t\r\nhi",
  "pub foo 2\r\nhi",
  "PuB foo bar 2\r\nhi",
  "PUB foo 2 \r\nhi",
  "PUB foo 2\nhi",
  "PUB foo bar 2\nhi",
  "PUB foo\r 2\r\nhi",
  "PUB foo 2\r\r\nhi",
  "PUB foo",
  "PUB foo bar baz 2\r\nhi",
  "PUB foo -1\r\n",
  "PUB foo +2\r\nhi",
  "PUB foo 2x\r\nhi",
  "PUB foo 0x2\r\nhi",
  "PUB foo 2.0\r\nhi",
  "PUB foo bar\r\n",
  "PUB 2\r\nhi",
  "PUB  \r\n",
  "PUB \nfoo 2\r\nhi",
  "PUB foo 999999999\r\n",
  "PUB foo 1000000000\r\n",
  "PUB foo 99999999999999999999\r\n",
  "PUB foo 1048577\r\n",
  "PUB foo 2\r\nhiX",
  "PUB foo 2\r\nh",
  "PUB foo 1\r\nhi",
  "PUB foo 2\r\nhi\n",
  "PUB foo 5\r\n\r\n\r\n!",
  "PUB foo 3\r\n\x00\xff\x80",
  "PUB foo.bar.baz 2\r\nhi",
  "PUB foo..bar 2\r\nhi",
  "PUB .foo 2\r\nhi",
  "PUB foo. 2\r\nhi",
  "PUB . 2\r\nhi",
  "PUB foo.* 2\r\nhi",
  "PUB foo.> 2\r\nhi",
  "PUB > 2\r\nhi",
  "PUB * 2\r\nhi",
  "PUB foo*bar 2\r\nhi",
  "PUB foo.>.bar 2\r\nhi",
  "PUB $SYSX.foo 2\r\nhi",
  "PUB $foo 2\r\nhi",
  "PUB $GNR.foo 2\r\nhi",
  "PUB $NRG.foo 2\r\nhi",
  "PUB $NRG 2\r\nhi",
  "PUB foo $JS.ACK.x 2\r\nhi",
  "PUB foo $JS.ACK. 2\r\nhi",
  "PUB foo $JS.API.x 2\r\nhi",
  "PUB foo _R_.x 2\r\nhi",
  "PUB foo _R_. 2\r\nhi",
  "PUB foo _GR_.x 2\r\nhi",
  "PUB foo _INBOX.x 2\r\nhi",
  "PUB foo $GNR.x 2\r\nhi",
  "PUB caf\xc3\xa9 2\r\nhi",
  "PUB \xff\xfe 2\r\nhi",
  "PUB \x00 2\r\nhi",
  "PUB foo caf\xc3\xa9 2\r\nhi",
  `PUB ${"a".repeat(200)} 2\r\nhi`,
  `PUB ${"a.".repeat(200)}a 2\r\nhi`,
  `PUB ${"a".repeat(2044)} 2\r\nhi`,
  `PUB ${"a".repeat(2046)} 2\r\nhi`,
  `PUB ${"a".repeat(2047)} 2\r\nhi`,
  `PUB ${"a".repeat(3000)} 2\r\nhi`,
  `PUB${" ".repeat(3000)}foo 2\r\nhi`,
  `PUB foo 1024\r\n${kilobyte}`,
  `PUB foo 70000\r\n${"y".repeat(70_000)}`,
  `PUB foo 300000\r\n${"z".repeat(300_000)}`,
];

const headerPublishes: readonly string[] = [
  "HPUB foo 12 14\r\nNATS/1.0\r\n\r\nhi",
  "HPUB foo bar 12 14\r\nNATS/1.0\r\n\r\nhi",
  "HPUB foo 12 12\r\nNATS/1.0\r\n\r\n",
  "HPUB foo 0 2\r\nhi",
  "HPUB foo 0 0\r\n",
  "HPUB foo 20 22\r\nNATS/1.0\r\nA: b\r\n\r\nhi",
  "HPUB foo 3 2\r\nhi",
  "HPUB foo -1 2\r\nhi",
  "HPUB foo 2\r\nhi",
  "HPUB foo\r\n",
  "HPUB foo a b c 2\r\n",
  "HPUB foo 2 x\r\n",
  "HPUB foo x 2\r\n",
  "HPUB foo 12 1048577\r\n",
  "hpub  foo\t12  14 \r\nNATS/1.0\r\n\r\nhi",
  "HPUB foo 012 014\r\nNATS/1.0\r\n\r\nhi",
  "HPUB foo 12 14\nNATS/1.0\r\n\r\nhi",
  "HPUB foo.* 12 14\r\nNATS/1.0\r\n\r\nhi",
  "HPUB foo 5 7\r\nwrongok",
];

/** All of them. */
export const publishScripts: readonly Script[] = [
  ...publishes.map((publish) =>
    script(
      `${JSON.stringify(publish.slice(0, 60))} (${publish.length}) to >`,
      "A connect",
      "B connect",
      "B > SUB > 1",
      `A > ${publish}`,
    )
  ),
  ...publishes.slice(0, 60).map((publish) =>
    script(
      `verbose ${JSON.stringify(publish.slice(0, 60))}`,
      'A connect {"verbose":true}',
      `A > ${publish}`,
    )
  ),
  ...publishes.slice(35, 62).map((publish) =>
    script(
      `pedantic ${JSON.stringify(publish.slice(0, 60))}`,
      'A connect {"pedantic":true}',
      "A > SUB > 1",
      `A > ${publish}`,
    )
  ),
  ...headerPublishes.flatMap((publish) => [
    script(
      `${JSON.stringify(publish)} to clients with and without headers`,
      "A connect",
      "B connect",
      'C connect {"headers":false}',
      "B > SUB > 1",
      "C > SUB > 2",
      `A > ${publish}`,
    ),
    script(
      `without headers ${JSON.stringify(publish)}`,
      'A connect {"headers":false}',
      `A > ${publish}`,
    ),
    script(
      `verbose and pedantic ${JSON.stringify(publish)}`,
      'A connect {"verbose":true,"pedantic":true}',
      "A > SUB foo 1",
      `A > ${publish}`,
    ),
  ]),
  script("before CONNECT, HPUB", "A > HPUB foo 12 14\r\nNATS/1.0\r\n\r\nhi"),
  script(
    "many in one piece",
    "A connect",
    "A > SUB foo 1",
    `A > ${"PUB foo 2\r\nhi\r\n".repeat(200)}PING`,
  ),
  script(
    "subjects by turns",
    "A connect",
    "A > SUB foo.* 1",
    `A > ${"PUB foo.a 2\r\nhi\r\nPUB foo.b 2\r\nho\r\nPUB bar 2\r\nhu\r\n".repeat(20)}PING`,
  ),
  script(
    "echo off",
    'A connect {"echo":false}',
    "B connect",
    "A > SUB foo 1",
    "B > SUB foo 2",
    "A > PUB foo 2\r\nhi",
  ),
  script(
    "echo off with a queue group",
    'A connect {"echo":false}',
    "A > SUB foo q 1",
    "A > PUB foo 2\r\nhi",
  ),
];
