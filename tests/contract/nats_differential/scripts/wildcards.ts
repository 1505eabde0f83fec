/** Wildcard subscriptions against literal subjects. @module */
import { run, topic } from "../_script.ts";

/** Scripts. */
export const wildcards = topic("wildcards", {
  "a star takes one token": run`
    a> SUB foo.* 1
    b> PUB foo.a 1¶1¶PUB foo 1¶2¶PUB foo.a.b 1¶3`,
  "a star alone": run`
    a> SUB * 1
    b> PUB foo 1¶1¶PUB foo.a 1¶2`,
  "a star first": run`
    a> SUB *.b 1
    b> PUB a.b 1¶1¶PUB a.c 1¶2¶PUB b 1¶3`,
  "a star in the middle": run`
    a> SUB a.*.c 1
    b> PUB a.b.c 1¶1¶PUB a.c 1¶2¶PUB a.b.b.c 1¶3`,
  "two stars": run`
    a> SUB *.* 1
    b> PUB a.b 1¶1¶PUB a 1¶2¶PUB a.b.c 1¶3`,
  "two stars apart": run`
    a> SUB *.b.* 1
    b> PUB a.b.c 1¶1¶PUB a.c.b 1¶2`,
  "greater-than takes the rest": run`
    a> SUB foo.> 1
    b> PUB foo.a 1¶1¶PUB foo.a.b.c 1¶2¶PUB foo 1¶3¶PUB bar.a 1¶4`,
  "greater-than alone takes everything": run`
    a> SUB > 1
    b> PUB foo 1¶1¶PUB foo.a.b 1¶2`,
  "star and greater-than": run`
    a> SUB *.> 1
    b> PUB foo 1¶1¶PUB foo.a 1¶2¶PUB foo.a.b 1¶3`,
  "greater-than after stars": run`
    a> SUB a.*.> 1
    b> PUB a.b 1¶1¶PUB a.b.c 1¶2¶PUB a.b.c.d 1¶3`,
  "a client with several matching subscriptions gets one message for each": run`
    a> SUB foo.bar 1
    b> SUB foo.* 1
    c> SUB > 1
    d> PUB foo.bar 1¶x`,
  "literal beside wildcard: removal of one keeps the other": run`
    a> SUB foo.bar 1
    a> SUB foo.* 2
    a> UNSUB 1
    b> PUB foo.bar 1¶x`,
  "removal of the wildcard keeps the literal": run`
    a> SUB foo.bar 1
    a> SUB foo.* 2
    a> UNSUB 2
    b> PUB foo.bar 1¶x`,
  "subscribing after a match was remembered": run`
    a> SUB foo.bar 1
    b> PUB foo.bar 1¶1
    a> UNSUB 1
    a> SUB foo.* 2
    b> PUB foo.bar 1¶2
    a> UNSUB 2
    a> SUB > 3
    b> PUB foo.bar 1¶3`,
  "unsubscribing after a match was remembered": run`
    a> SUB foo.> 1
    b> PUB foo.bar 1¶1
    a> UNSUB 1
    b> PUB foo.bar 1¶2`,
  "a long branch is cut and grown again": run`
    a> SUB a.b.c.d.e.f 1
    a> UNSUB 1
    a> SUB a.b.c 2
    b> PUB a.b.c.d.e.f 1¶1¶PUB a.b.c 1¶2`,
  "wildcards as letters do not match wildcards": run`
    a> SUB foo.*x 1
    a> SUB foo.x* 2
    a> SUB foo.** 3
    b> PUB foo.*x 1¶1¶PUB foo.ax 1¶2¶PUB foo.** 1¶3¶PUB foo.* 1¶4`,
  "greater-than within a token": run`
    a> SUB foo.>x 1
    a> SUB foo.>> 2
    b> PUB foo.>x 1¶1¶PUB foo.>> 1¶2¶PUB foo.a 1¶3`,
  "a published wildcard matches the literal wildcard only as a name": run`
    a> SUB foo.* 1
    b> SUB foo.bar 1
    c> PUB foo.* 1¶1`,
  "a published greater-than": run`
    a> SUB foo.> 1
    b> SUB foo.bar 1
    c> PUB foo.> 1¶1¶PUB > 1¶2`,
  "a hundred tokens under stars": run`
    a> SUB ${"*.".repeat(99)}* 1
    b> PUB ${"t.".repeat(99)}t 1¶x`,
  "empty tokens match no star": run`
    a> SUB foo.*.bar 1
    a> SUB foo.* 2
    b> PUB foo..bar 1¶1¶PUB foo. 1¶2`,
  "an inbox under a wildcard": run`
    a> SUB _INBOX.abc.* 1
    b> PUB _INBOX.abc.1 1¶x¶PUB _INBOX.abd.1 1¶y`,
  "a token that another one begins with": run`
    a> SUB foo.a 1
    a> SUB foo.ab 2
    b> PUB foo.a 1¶1¶PUB foo.ab 1¶2¶PUB foo.abc 1¶3`,
});

/** Where one client holds several matching subscriptions, their order is the map's: compared as a heap. */
export const overlapping = topic("overlapping", {
  "three subscriptions of one client": run`
    a> SUB foo.bar 1
    a> SUB foo.* 2
    a> SUB > 3
    b> PUB foo.bar 1¶x`,
  "the same subject five times": run`
    a> SUB foo 1¶SUB foo 2¶SUB foo 3¶SUB foo 4¶SUB foo 5
    b> PUB foo 1¶x`,
  "a hundred subscriptions to one subject, and two of them left": run`
    a> ${Array.from({ length: 100 }, (_, i) => `SUB one ${i}`).join("¶")}
    a> ${Array.from({ length: 98 }, (_, i) => `UNSUB ${i}`).join("¶")}
    b> PUB one 1¶x`,
  "one of them ends by number": run`
    a> SUB foo 1¶SUB * 2¶SUB > 3
    a> UNSUB 2 1
    b> PUB foo 1¶x¶PUB foo 1¶y`,
  "a plain and a group subscription of one client": run`
    a> SUB foo 1¶SUB foo group 2
    b> PUB foo 1¶x¶PUB foo 1¶y`,
}, { pooled: true });
