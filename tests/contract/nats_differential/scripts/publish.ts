/** PUB: argument, payload, line ends. @module */
import { run, topic } from "../_script.ts";

const kilobyte = "k".repeat(1024);
const large = "m".repeat(100_000);

/** Scripts. */
export const publish = topic("publish", {
  "nobody listens": run`a> PUB foo 2¶hi`,
  "one subscriber": run`
    a> SUB foo 1
    b> PUB foo 5¶hello`,
  "to itself": run`
    a> SUB foo 1
    a> PUB foo 5¶hello`,
  "an empty payload": run`
    a> SUB foo 1
    b> PUB foo 0¶`,
  "a reply subject": run`
    a> SUB foo 1
    b> PUB foo answer 2¶hi`,
  "a reply subject and an empty payload": run`
    a> SUB foo 1
    b> PUB foo answer 0¶`,
  "a thousand bytes": run`
    a> SUB foo 1
    b> PUB foo 1024¶${kilobyte}`,
  "a hundred thousand bytes": run`
    a> SUB foo 1
    b> PUB foo 100000¶${large}`,
  "CRLF inside the payload": run`
    a> SUB foo 1
    b> PUB foo 12¶one¶two¶xy`,
  "a protocol line as payload": run`
    a> SUB foo 1
    b> PUB foo 9¶PUB x 1¶z`,
  "all bytes as payload": run`
    a> SUB foo 1
    b> PUB foo 8¶\0\x01\r\n\x7f\x80\xfe\xff`,
  "three in one packet": run`
    a> SUB foo 1
    b> PUB foo 1¶1¶PUB foo 1¶2¶PUB foo 1¶3`,
  "verb in lower case": run`
    a> SUB foo 1
    b> pub foo 2¶hi`,
  "verb in mixed case": run`
    a> SUB foo 1
    b> pUb foo 2¶hi`,
  "tabs between the words": run`
    a> SUB foo 1
    b> PUB\tfoo\t2¶hi`,
  "many blanks between the words": run`
    a> SUB foo 1
    b> PUB   foo    2¶hi`,
  "many blanks with a reply": run`
    a> SUB foo 1
    b> PUB  foo \t answer \t 2¶hi`,
  "blanks after the size": run`
    a> SUB foo 1
    b> PUB foo 2  ¶hi`,
  "line feed alone after the argument": run`
    a> SUB foo 1
    b- PUB foo 2\nhi\r\n
    b> PING`,
  "leading zeros in the size": run`
    a> SUB foo 1
    b> PUB foo 0002¶hi`,
  "leading zeros in an empty size": run`
    a> SUB foo 1
    b> PUB foo 000¶`,
  "no size": run`a> PUB foo`,
  "no subject": run`a> PUB 2¶hi`,
  "no argument": run`a> PUB`,
  "an argument of blanks": run`a> PUB   `,
  "four words": run`a> PUB foo bar baz 2¶hi`,
  "a size that is a word": run`a> PUB foo two¶hi`,
  "a negative size": run`a> PUB foo -1¶hi`,
  "a size with a plus": run`a> PUB foo +2¶hi`,
  "a size in hex": run`a> PUB foo 0x2¶hi`,
  "a fraction": run`a> PUB foo 2.0¶hi`,
  "nine digits": run`a> PUB foo 999999999¶`,
  "ten digits": run`a> PUB foo 9999999999¶`,
  "2^31": run`a> PUB foo 2147483648¶`,
  "2^63": run`a> PUB foo 9223372036854775808¶`,
  "thirty digits": run`a> PUB foo ${"9".repeat(30)}¶`,
  "ten digits, nine of them leading zeros": run`
    a> SUB foo 1
    b> PUB foo 0000000002¶hi`,
  "payload shorter than said swallows what follows": run`
    a> SUB foo 1
    b- PUB foo 10¶hi¶
    b> PUB xx
    b- ¶`,
  "payload longer than said": run`a> PUB foo 2¶hiho`,
  "payload longer by one, a CR": run`a> PUB foo 2¶hi\r`,
  "CR without LF after the payload": run`a- PUB foo 2¶hi\rX`,
  "LF without CR after the payload": run`a- PUB foo 2¶hi\nPING¶`,
  "no CRLF after an empty payload": run`a- PUB foo 0¶PING¶`,
  "a subject of one letter": run`
    a> SUB f 1
    b> PUB f 1¶x`,
  "a subject of many tokens": run`
    a> SUB ${"t.".repeat(60)}t 1
    b> PUB ${"t.".repeat(60)}t 1¶x`,
  "a subject of a thousand letters": run`
    a> SUB ${"s".repeat(1000)} 1
    b> PUB ${"s".repeat(1000)} 1¶x`,
  "a subject beyond ASCII": run`
    a> SUB grüße.☕ 1
    b> PUB grüße.☕ 1¶x`,
  "a subject of control characters": run`
    a> SUB a\x01b\x7f 1
    b> PUB a\x01b\x7f 1¶x`,
  "a subject with bytes that are not UTF-8": run`
    a> SUB \xff\xfe 1
    b> PUB \xff\xfe 1¶x`,
  "a subject with NUL": run`
    a> SUB a\0b 1
    b> PUB a\0b 1¶x`,
  "subjects differ by case": run`
    a> SUB Foo 1
    b> PUB foo 1¶x¶PUB Foo 1¶y`,
  "publishing to a wildcard is taken": run`
    a> SUB foo.* 1
    a> SUB foo.> 2
    b> PUB foo.* 1¶x`,
  "publishing to the full wildcard is taken": run`
    a> SUB > 1
    b> PUB > 1¶x`,
  "publishing to an empty token": run`
    a> SUB > 1
    b> PUB foo..bar 1¶x`,
  "publishing to a leading dot": run`
    a> SUB > 1
    b> PUB .foo 1¶x`,
  "publishing to a trailing dot": run`
    a> SUB > 1
    b> PUB foo. 1¶x`,
  "publishing to a dot": run`
    a> SUB > 1
    a> SUB *.* 2
    b> PUB . 1¶x`,
  "a wildcard as reply": run`
    a> SUB foo 1
    b> PUB foo answer.* 1¶x`,
  "an invalid reply": run`
    a> SUB foo 1
    b> PUB foo a..b 1¶x`,
  "a carriage return within the argument": run`
    a> SUB foo 1
    b- PUB fo\ro 2\r\nhi\r\n`,
  "a size that stands for a reply": run`
    a> SUB foo 1
    b> PUB foo 2 2¶hi`,
});
