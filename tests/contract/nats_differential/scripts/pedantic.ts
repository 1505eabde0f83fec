/** Pedantic mode: publish subjects are looked at. @module */
import { run, topic } from "../_script.ts";

const strict = '{"verbose":false,"pedantic":true,"headers":true}';

/** Scripts. */
export const pedantic = topic("pedantic", {
  "a valid subject": run`
    a= ${strict}
    a> PUB foo.bar 1¶x`,
  "a star": run`
    a= ${strict}
    a> PUB foo.* 1¶x`,
  "greater-than": run`
    a= ${strict}
    a> PUB foo.> 1¶x`,
  "greater-than in the middle": run`
    a= ${strict}
    a> PUB foo.>.bar 1¶x`,
  "a star within a token": run`
    a= ${strict}
    a> PUB foo* 1¶x`,
  "greater-than within a token": run`
    a= ${strict}
    a> PUB foo> 1¶x`,
  "an empty token": run`
    a= ${strict}
    a> PUB foo..bar 1¶x`,
  "a leading dot": run`
    a= ${strict}
    a> PUB .foo 1¶x`,
  "a trailing dot": run`
    a= ${strict}
    a> PUB foo. 1¶x`,
  "the message is delivered all the same": run`
    a> SUB foo.* 1
    b= ${strict}
    b> PUB foo.* 1¶x`,
  "HPUB": run`
    a= ${strict}
    a> HPUB foo.* 12 12¶NATS/1.0¶¶`,
  "HPUB with a valid subject": run`
    a= ${strict}
    a> HPUB foo 12 12¶NATS/1.0¶¶`,
  "the reply is not looked at": run`
    a= ${strict}
    a> PUB foo bar.* 1¶x`,
  "an invalid reply is not looked at": run`
    a= ${strict}
    a> PUB foo bar..baz 1¶x`,
  "subscriptions may have wildcards": run`
    a= ${strict}
    a> SUB foo.> 1`,
  "subscriptions may not be invalid": run`
    a= ${strict}
    a> SUB foo..bar 1`,
  "verbose and pedantic: error first, +OK after the payload": run`
    a= {"verbose":true,"pedantic":true}
    a> PUB foo.* 1¶x`,
  "before CONNECT it is on": run`
    a!
    a> PUB foo.* 1¶x`,
  "a second CONNECT turns it off": run`
    a= ${strict}
    a= {"pedantic":false}
    a> PUB foo.* 1¶x`,
  "a too large message complains about its size only": run`
    a= ${strict}
    a> PUB foo.* 1048577¶`,
});
