/** Tables of scripts: every form of PUB and HPUB, for every kind of client. @module */
import { type Step, step, type Topic, topicOf } from "../_script.ts";

const kilobyte = "x".repeat(1024);

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

/**
 * A publish to a subscriber of all subjects. The publisher then disconnects, because its payload may have included what
 * follows.
 */
function published(connect: string, publish: string): Step[] {
  return [
    step("b", "connect", '{"verbose":false,"headers":true}'),
    step("b", "send", "SUB > 1"),
    step("c", "connect", '{"verbose":false,"headers":false}'),
    step("c", "send", "SUB foo 1"),
    step("a", "connect", connect),
    step("a", "bytes", `${publish}\r\n`),
    step("a", "hang_up"),
  ];
}

function table(name: string, connect: string, list: readonly string[]): Topic {
  return topicOf(
    name,
    list.map((publish) => ({
      name: `${JSON.stringify(publish.slice(0, 60))} (${publish.length} bytes)`,
      steps: published(connect, publish),
    })),
  );
}

const all = [...publishes, ...headerPublishes];

/** Published by a client with the usual options. */
export const publishTable = table("publish_table", '{"verbose":false,"headers":true}', all);

/** Published by a verbose and pedantic client. */
export const verbosePublishTable = table(
  "verbose_publish_table",
  '{"verbose":true,"headers":true,"no_responders":true}',
  all,
);

/** Published by a client without headers. */
export const barePublishTable = table(
  "bare_publish_table",
  '{"verbose":false,"headers":false}',
  headerPublishes,
);
