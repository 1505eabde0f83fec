/** Queue groups. Deliveries are compared as a heap: who gets one is chance. @module */
import { run, topic } from "../_script.ts";

const twenty = Array.from({ length: 20 }, (_, i) => `PUB foo 2¶${10 + i}`).join("¶");

/** Scripts. */
export const queue = topic("queue", {
  "a group of one": run`
    a> SUB foo group 1
    b> ${twenty}`,
  "a group of two clients": run`
    a> SUB foo group 1
    b> SUB foo group 1
    c> ${twenty}`,
  "a group of three clients": run`
    a> SUB foo group 1
    b> SUB foo group 1
    c> SUB foo group 1
    d> ${twenty}`,
  "a group within one client": run`
    a> SUB foo group 1
    a> SUB foo group 2
    b> ${twenty}`,
  "two groups each get every message": run`
    a> SUB foo one 1
    b> SUB foo two 1
    c> ${twenty}`,
  "group and plain subscriber": run`
    a> SUB foo group 1
    b> SUB foo group 1
    c> SUB foo 1
    d> ${twenty}`,
  "the publisher is a member": run`
    a> SUB foo group 1
    b> SUB foo group 1
    a> ${twenty}`,
  "the publisher is a member without echo: the other one gets all": run`
    a= {"verbose":false,"echo":false}
    a> SUB foo group 1
    b> SUB foo group 1
    a> ${twenty}`,
  "the publisher is the only member, without echo": run`
    a= {"verbose":false,"echo":false}
    a> SUB foo group 1
    a> ${twenty}`,
  "a member without echo and a no-responders answer": run`
    a= {"verbose":false,"echo":false,"headers":true,"no_responders":true}
    a> SUB foo group 1
    a> SUB inbox 2
    a> PUB foo inbox 1¶x`,
  "groups on different patterns are different groups": run`
    a> SUB foo.* group 1
    b> SUB foo.bar group 1
    c> PUB foo.bar 1¶x`,
  "a group on a wildcard": run`
    a> SUB foo.* group 1
    b> SUB foo.* group 1
    c> PUB foo.a 1¶1¶PUB foo.b 1¶2¶PUB foo.c 1¶3`,
  "a group on everything": run`
    a> SUB > group 1
    b> SUB > group 1
    c> PUB foo 1¶1¶PUB foo.b 1¶2`,
  "a member leaves": run`
    a> SUB foo group 1
    b> SUB foo group 1
    a> UNSUB 1
    c> ${twenty}`,
  "all members leave": run`
    a> SUB foo group 1
    b> SUB foo group 1
    a> UNSUB 1
    b> UNSUB 1
    c> ${twenty}`,
  "members end by number: as many as they may take together": run`
    a> SUB foo group 1
    a> UNSUB 1 3
    b> SUB foo group 1
    b> UNSUB 1 4
    c> ${twenty}`,
  "a member ends by number, the other one takes the rest": run`
    a> SUB foo group 1
    a> UNSUB 1 1
    b> SUB foo group 1
    c> ${twenty}`,
  "a member joins later": run`
    a> SUB foo group 1
    b> PUB foo 1¶x
    c> SUB foo group 1
    b> PUB foo 1¶y`,
  "group names differ by case": run`
    a> SUB foo Group 1
    b> SUB foo group 1
    c> PUB foo 1¶x`,
  "a group name with wildcards is only a name": run`
    a> SUB foo * 1
    b> SUB foo > 1
    c> PUB foo 1¶x`,
  "a group name with dots": run`
    a> SUB foo my..group. 1
    b> PUB foo 1¶x`,
  "the same id again with a group": run`
    a> SUB foo 1
    a> SUB foo group 1
    b> PUB foo 1¶x`,
  "a request to a group": run`
    a> SUB foo group 1
    b> SUB foo group 1
    c> SUB inbox 1
    c> PUB foo inbox 1¶x
    a> PUB inbox 1¶y`,
  "a member that hangs up": run`
    a> SUB foo group 1
    b> SUB foo group 1
    a.
    c= {"verbose":false,"headers":true,"no_responders":true}
    c> SUB inbox 1
    b> UNSUB 1
    c* ~503~ PUB foo inbox 1¶x`,
  "a hundred groups": run`
    a> ${Array.from({ length: 100 }, (_, i) => `SUB foo group${i} ${i}`).join("¶")}
    b> PUB foo 1¶x`,
}, { pooled: true });
