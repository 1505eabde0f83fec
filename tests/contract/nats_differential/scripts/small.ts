/** A server with small limits, a full one, an impatient one, and one with little room. @module */
import { run, topic } from "../_script.ts";

const filler = "f".repeat(60_000);
/** Two megabytes in flight for somebody who does not read. */
const flood = Array.from({ length: 400 }, () => `PUB foo 60000¶${filler}`).join("¶");

/** Limits of size and number. */
export const small = topic("small_limits", {
  "INFO has the limit": run`a!`,
  "a payload of the limit": run`
    a> SUB foo 1
    b> PUB foo 16¶0123456789abcdef`,
  "a payload over the limit": run`
    b> PUB foo 17¶0123456789abcdefg`,
  "headers count": run`
    a= {"verbose":false,"headers":true}
    a> SUB foo 1
    a> HPUB foo 12 16¶NATS/1.0¶¶abcd
    a> HPUB foo 12 17¶NATS/1.0¶¶abcde`,
  "a control line of the limit": run`
    a> SUB ${"s".repeat(126)} 1`,
  "a control line over the limit": run`
    a> SUB ${"s".repeat(127)} 1`,
  "a CONNECT over the limit": run`
    a!
    a> CONNECT {"verbose":false,"name":"${"n".repeat(128)}"}`,
  "subscriptions up to the limit": run`
    a> SUB a 1¶SUB b 2¶SUB c 3
    a> PUB c 1¶x`,
  "one subscription too many": run`
    a> SUB a 1¶SUB b 2¶SUB c 3¶SUB d 4
    a> PUB d 1¶x¶PUB c 1¶y`,
  "one too many in verbose mode": run`
    a= {"verbose":true}
    a> SUB a 1¶SUB b 2¶SUB c 3¶SUB d 4`,
  "a known id at the limit": run`
    a> SUB a 1¶SUB b 2¶SUB c 3¶SUB c 3`,
  "room after UNSUB": run`
    a> SUB a 1¶SUB b 2¶SUB c 3¶UNSUB 2¶SUB d 4
    a> PUB d 1¶x`,
  "room after the last message": run`
    a> SUB a 1¶SUB b 2¶SUB c 3¶UNSUB 1 1¶PUB a 1¶x¶SUB d 4
    a> PUB d 1¶y`,
  "an invalid subject at the limit": run`
    a> SUB a 1¶SUB b 2¶SUB c 3¶SUB d..e 4`,
  "the limit is each client's own": run`
    a> SUB a 1¶SUB b 2¶SUB c 3
    b> SUB d 1
    a> PUB d 1¶x`,
}, { setup: "small" });

/**
 * Limit of connections. nats-server sometimes closes the connection before it has sent `maximum connections
 * exceeded`; the test of hostile clients checks that this server sends it.
 */
export const crowded = topic("max_connections", {
  "one connection too many": run`
    a!
    b!
    c!
    c#`,
  "room after somebody left": run`
    a!
    b!
    a.
    b> PING`,
}, { setup: "crowded" });

/** Ping timers. */
export const impatient = topic("stale", {
  "never answering a PING": run`
    a= {"verbose":false}
    a?`,
  "never sending anything": run`
    a!
    a?`,
}, { setup: "impatient" });

/** Somebody does not read. */
export const narrow = topic("slow_consumer", {
  "is cut off, the others go on": run`
    a> SUB foo 1
    b> ${flood}
    c> SUB bar 1
    b> PUB bar 1¶x
    a#`,
}, { setup: "narrow" });
