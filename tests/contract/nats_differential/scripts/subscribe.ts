/** SUB: arguments, ids, subjects. @module */
import { run, topic } from "../_script.ts";

/** Scripts. */
export const subscribe = topic("subscribe", {
  "two subscriptions of one client": run`
    a> SUB foo 1
    a> SUB bar 2
    b> PUB foo 1¶x¶PUB bar 1¶y`,
  "the same id twice: the first stays": run`
    a> SUB foo 1
    a> SUB bar 1
    b> PUB foo 1¶x¶PUB bar 1¶y`,
  "the same id twice, the same subject": run`
    a> SUB foo 1
    a> SUB foo 1
    b> PUB foo 1¶x`,
  "ids are words": run`
    a> SUB foo first-one
    b> PUB foo 1¶x`,
  "ids beyond ASCII": run`
    a> SUB foo ☕
    b> PUB foo 1¶x`,
  "a long id": run`
    a> SUB foo ${"9".repeat(300)}
    b> PUB foo 1¶x`,
  "the same id in two clients": run`
    a> SUB foo 1
    b> SUB foo 1
    c> PUB foo 1¶x`,
  "verb in lower and mixed case": run`
    a> sub foo 1
    a> sUb bar 2
    b> PUB foo 1¶x¶PUB bar 1¶y`,
  "tabs and blanks": run`
    a> SUB \t foo \t  1  ¶SUB bar   group\t2
    b> PUB foo 1¶x¶PUB bar 1¶y`,
  "no argument": run`a> SUB`,
  "an argument of blanks": run`a> SUB   `,
  "a subject alone": run`a> SUB foo`,
  "four words": run`a> SUB foo group 1 2`,
  "SUBSCRIBE": run`a> SUBSCRIBE foo 1`,
  "SU": run`a> SU`,
  "an empty token": run`a> SUB foo..bar 1`,
  "a leading dot": run`a> SUB .foo 1`,
  "a trailing dot": run`a> SUB foo. 1`,
  "a dot": run`a> SUB . 1`,
  "the full wildcard in the middle": run`a> SUB foo.>.bar 1`,
  "the full wildcard first": run`a> SUB >.bar 1`,
  "two full wildcards": run`a> SUB foo.>.> 1`,
  "an invalid subject leaves its id free": run`
    a> SUB foo..bar 1
    a> SUB foo 1
    b> PUB foo 1¶x`,
  "an invalid subject in a group": run`a> SUB foo..bar group 1`,
  "the connection lives on after an invalid subject": run`
    a> SUB foo. 1¶SUB foo 2¶PUB foo 1¶x`,
  "a star within a token is a letter": run`
    a> SUB foo* 1
    b> PUB foo* 1¶x¶PUB foobar 1¶y`,
  "a greater-than within a token is a letter": run`
    a> SUB foo>.a 1
    b> PUB foo>.a 1¶x`,
  "the reserved group": run`a> SUB foo _sys_ 1`,
  "the reserved group does not end the connection": run`
    a> SUB foo _sys_ 1
    a> SUB foo 1
    b> PUB foo 1¶x`,
  "subjects of the system are only names": run`
    a> SUB $SYS.> 1
    b> PUB $SYS.foo 1¶x`,
  "a dollar subject is no part of the full wildcard's exceptions": run`
    a> SUB > 1
    b> PUB $foo.bar 1¶x`,
  "$JS without JetStream": run`
    a= {"verbose":false,"headers":true,"no_responders":true}
    a> SUB inbox 1
    a> PUB $JS.API.INFO inbox 0¶`,
  "publishing to a reply of the gateway is refused": run`
    a> SUB > 1
    a> PUB _GR_.x.y.z 1¶x`,
  "publishing to $NRG is refused": run`
    a> SUB > 1
    a> PUB $NRG.x 1¶x`,
  "publishing to $GR is refused": run`
    a> SUB > 1
    a> PUB $GR.x.y 1¶x`,
  "a reply of the gateway is refused": run`
    a> SUB foo 1
    a> PUB foo _GR_.x.y.z 1¶x`,
  "a reply of a service import is refused": run`
    a> SUB foo 1
    a> PUB foo _R_.abcdef 1¶x`,
  "a reply of JetStream's acknowledgement is refused": run`
    a> SUB foo 1
    a> PUB foo $JS.ACK.x 1¶x`,
  "a bare reserved prefix as reply": run`
    a> SUB foo 1
    a> PUB foo _R_. 1¶x`,
  "echo on": run`
    a= {"verbose":false,"echo":true}
    a> SUB foo 1
    a> PUB foo 1¶x`,
  "echo off": run`
    a= {"verbose":false,"echo":false}
    a> SUB foo 1
    a> PUB foo 1¶x
    b> PUB foo 1¶y`,
  "echo off does not concern others": run`
    a= {"verbose":false,"echo":false}
    a> SUB foo 1
    b> SUB foo 1
    a> PUB foo 1¶x`,
  "echo off with a wildcard": run`
    a= {"verbose":false,"echo":false}
    a> SUB > 1
    a> PUB foo.bar 1¶x`,
  "echo off and on again": run`
    a= {"verbose":false,"echo":false}
    a= {"echo":true}
    a> SUB foo 1
    a> PUB foo 1¶x`,
  "subscriptions end with their client": run`
    a= {"verbose":false,"headers":true,"no_responders":true}
    a> SUB inbox 1
    b> SUB foo 1
    a> PUB foo inbox 1¶x
    b.
    a* ~503~ PUB foo inbox 1¶x`,
  "a thousand subscriptions": run`
    a> ${Array.from({ length: 1000 }, (_, i) => `SUB many.${i} ${i}`).join("¶")}
    b> PUB many.0 1¶x¶PUB many.999 1¶y¶PUB many.1000 1¶z`,
  "a subscription after the publish gets nothing": run`
    b> PUB foo 1¶x
    a> SUB foo 1`,
  "subscribe and publish in one packet": run`
    a> PUB foo 1¶1¶SUB foo 1¶PUB foo 1¶2¶UNSUB 1¶PUB foo 1¶3`,
});
