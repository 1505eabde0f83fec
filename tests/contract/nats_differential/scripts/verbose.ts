/** Verbose mode: what is answered with +OK, and in which order. @module */
import { run, topic } from "../_script.ts";

const verboseOn = '{"verbose":true,"pedantic":false,"headers":true}';

/** Scripts. */
export const verbose = topic("verbose", {
  "CONNECT": run`a= ${verboseOn}`,
  "SUB": run`
    a= ${verboseOn}
    a> SUB foo 1`,
  "SUB with a known id": run`
    a= ${verboseOn}
    a> SUB foo 1
    a> SUB foo 1`,
  "SUB that is refused has no +OK": run`
    a= ${verboseOn}
    a> SUB foo..bar 1`,
  "UNSUB": run`
    a= ${verboseOn}
    a> SUB foo 1
    a> UNSUB 1`,
  "UNSUB of an unknown id": run`
    a= ${verboseOn}
    a> UNSUB 9`,
  "PUB": run`
    a= ${verboseOn}
    a> PUB foo 1¶x`,
  "PUB: +OK comes before the own message": run`
    a= ${verboseOn}
    a> SUB foo 1
    a> PUB foo 1¶x`,
  "HPUB": run`
    a= ${verboseOn}
    a> HPUB foo 12 12¶NATS/1.0¶¶`,
  "PING has no +OK": run`
    a= ${verboseOn}
    a> PING`,
  "PONG has no +OK": run`
    a= ${verboseOn}
    a> PONG`,
  "a fault has no +OK": run`
    a= ${verboseOn}
    a> NONSENSE`,
  "five in a packet": run`
    a= ${verboseOn}
    a> SUB foo 1¶PUB foo 1¶x¶UNSUB 1¶PUB foo 1¶y¶PING`,
  "a publish that is refused has no +OK": run`
    a= ${verboseOn}
    a> PUB $GR.x 1¶x`,
  "a too large publish has no +OK": run`
    a= ${verboseOn}
    a> PUB foo 1048577¶`,
  "turned off by a second CONNECT, which is not answered": run`
    a= ${verboseOn}
    a= {"verbose":false}
    a> SUB foo 1`,
  "INFO has no +OK": run`
    a= ${verboseOn}
    a> INFO {}`,
  "the reserved group has no +OK": run`
    a= ${verboseOn}
    a> SUB foo _sys_ 1`,
});
