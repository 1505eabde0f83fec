/** HPUB and HMSG. @module */
import { run, topic } from "../_script.ts";

const headed = '{"verbose":false,"pedantic":false,"headers":true}';
const bare = '{"verbose":false,"pedantic":false,"headers":false}';
/** 22 bytes of headers. */
const block = "NATS/1.0¶Key: value¶¶";

/** Scripts. */
export const headers = topic("headers", {
  "headers arrive": run`
    a= ${headed}
    a> SUB foo 1
    b= ${headed}
    b> HPUB foo 22 24¶NATS/1.0¶Key: valu¶¶hi`,
  "headers and nothing else": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 12 12¶NATS/1.0¶¶`,
  "a trace in place of the delivery": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 55 57¶NATS/1.0¶Nats-Trace-Dest: t¶Nats-Trace-Only: true¶¶hi`,
  "a trace in place of the delivery without a destination": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 35 37¶NATS/1.0¶Nats-Trace-Only: true¶¶hi`,
  "a trace beside the delivery": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 52 54¶NATS/1.0¶Nats-Trace-Dest: t¶Nats-Trace-Only: 0¶¶hi`,
  "a reply": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo answer 12 14¶NATS/1.0¶¶hi`,
  "a plain subscriber gets the payload alone": run`
    a= ${bare}
    a> SUB foo 1
    b= ${headed}
    b> HPUB foo 12 14¶NATS/1.0¶¶hi`,
  "a plain subscriber gets the reply and an empty payload": run`
    a= ${bare}
    a> SUB foo 1
    b= ${headed}
    b> HPUB foo answer 12 12¶NATS/1.0¶¶`,
  "one with headers and one without": run`
    a= ${bare}
    a> SUB foo 1
    b= ${headed}
    b> SUB foo 1
    c= ${headed}
    c> HPUB foo answer 12 14¶NATS/1.0¶¶hi`,
  "a plain publish to a subscriber with headers": run`
    a= ${headed}
    a> SUB foo 1
    b> PUB foo answer 2¶hi`,
  "HPUB without saying so in CONNECT": run`
    a= ${bare}
    a> HPUB foo 12 14¶NATS/1.0¶¶hi`,
  "HPUB before CONNECT": run`
    a!
    a> HPUB foo 12 14¶NATS/1.0¶¶hi`,
  "a second CONNECT takes headers away": run`
    a= ${headed}
    a= {"headers":false}
    a> HPUB foo 12 14¶NATS/1.0¶¶hi`,
  "header length 0": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 0 2¶hi`,
  "both lengths 0": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 0 0¶`,
  "header length above the total": run`
    a= ${headed}
    a> HPUB foo 14 12¶NATS/1.0¶¶`,
  "header length negative": run`
    a= ${headed}
    a> HPUB foo -1 12¶NATS/1.0¶¶`,
  "total negative": run`
    a= ${headed}
    a> HPUB foo 0 -1¶`,
  "header length that is a word": run`
    a= ${headed}
    a> HPUB foo x 12¶NATS/1.0¶¶`,
  "total that is a word": run`
    a= ${headed}
    a> HPUB foo 12 x¶NATS/1.0¶¶`,
  "total too large": run`
    a= ${headed}
    a> HPUB foo 12 1048577¶`,
  "total at the limit": run`
    a= ${headed}
    a> SUB foo 1
    b= ${headed}
    b> HPUB foo 12 1048576¶NATS/1.0¶¶${"x".repeat(1048564)}`,
  "total of ten digits": run`
    a= ${headed}
    a> HPUB foo 12 9999999999¶`,
  "one size only": run`
    a= ${headed}
    a> HPUB foo 12¶NATS/1.0¶¶`,
  "no argument": run`
    a= ${headed}
    a> HPUB`,
  "five words": run`
    a= ${headed}
    a> HPUB foo bar baz 12 12¶NATS/1.0¶¶`,
  "verb in lower case": run`
    a= ${headed}
    a> SUB foo 1
    a> hpub foo 12 14¶NATS/1.0¶¶hi`,
  "tabs and blanks": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB \t foo  answer\t12 \t 14 ¶NATS/1.0¶¶hi`,
  "leading zeros": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 0012 00014¶NATS/1.0¶¶hi`,
  "leading zeros to a plain subscriber": run`
    a= ${bare}
    a> SUB foo 1
    b= ${headed}
    b> HPUB foo 0012 00014¶NATS/1.0¶¶hi`,
  "bytes that are no headers are not looked at": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 5 7¶hellohi`,
  "header length that cuts a header": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 10 24¶NATS/1.0¶Key: valu¶¶hi`,
  "a status line": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 28 28¶NATS/1.0 404 No Messages¶¶`,
  "no CRLF after the payload": run`
    a= ${headed}
    a> HPUB foo 12 14¶NATS/1.0¶¶hiho`,
  "HPU": run`
    a= ${headed}
    a> HPU foo 12 14`,
  "HMSG from a client": run`
    a= ${headed}
    a> SUB > 1
    a- HMSG foo 1 12 12¶¶
    a> PING`,
  "HM and something else": run`
    a= ${headed}
    a> HMX`,
  "between plain publishes": run`
    a= ${headed}
    a> SUB foo 1
    a> PUB foo 1¶1¶HPUB foo 12 13¶NATS/1.0¶¶2¶PUB foo 1¶3`,
  "a header block of usual size": run`
    a= ${headed}
    a> SUB foo 1
    a> HPUB foo 23 25¶${block}hi`,
  "verbose": run`
    a= {"verbose":true,"headers":true}
    a> SUB foo 1
    a> HPUB foo 12 14¶NATS/1.0¶¶hi`,
  "a queue group gets headers": run`
    a= ${headed}
    a> SUB foo group 1
    a> HPUB foo 12 14¶NATS/1.0¶¶hi`,
});
