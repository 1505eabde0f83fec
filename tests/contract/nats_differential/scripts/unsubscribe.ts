/** UNSUB, at once and after a number of messages. @module */
import { run, topic } from "../_script.ts";

/** Scripts. */
export const unsubscribe = topic("unsubscribe", {
  "stops delivery at once": run`
    a> SUB foo 1
    a> UNSUB 1
    b> PUB foo 2¶hi`,
  "after one message": run`
    a> SUB foo 1
    a> UNSUB 1 1
    b> PUB foo 1¶x
    b> PUB foo 1¶y`,
  "after three messages in one packet, from the subscriber itself": run`
    a> SUB foo 1
    a> UNSUB 1 3
    a> PUB foo 1¶1¶PUB foo 1¶2¶PUB foo 1¶3¶PUB foo 1¶4¶PUB foo 1¶5`,
  "the number counts from the subscription's start": run`
    a> SUB foo 1
    b> PUB foo 1¶1¶PUB foo 1¶2
    a> UNSUB 1 3
    b> PUB foo 1¶3¶PUB foo 1¶4`,
  "a number already reached ends it at once": run`
    a> SUB foo 1
    b> PUB foo 1¶1¶PUB foo 1¶2
    a> UNSUB 1 2
    b> PUB foo 1¶3`,
  "a number already passed ends it at once": run`
    a> SUB foo 1
    b> PUB foo 1¶1¶PUB foo 1¶2
    a> UNSUB 1 1
    b> PUB foo 1¶3`,
  "the number is raised before it is reached": run`
    a> SUB foo 1
    a> UNSUB 1 1
    a> UNSUB 1 2
    b> PUB foo 1¶1¶PUB foo 1¶2¶PUB foo 1¶3`,
  "the number is lowered": run`
    a> SUB foo 1
    a> UNSUB 1 5
    a> UNSUB 1 1
    b> PUB foo 1¶1¶PUB foo 1¶2`,
  "plain UNSUB overrides a number": run`
    a> SUB foo 1
    a> UNSUB 1 5
    a> UNSUB 1
    b> PUB foo 1¶1`,
  "zero is at once": run`
    a> SUB foo 1
    a> UNSUB 1 0
    b> PUB foo 1¶x`,
  "a negative number is at once": run`
    a> SUB foo 1
    a> UNSUB 1 -1
    b> PUB foo 1¶x`,
  "a word for a number is at once": run`
    a> SUB foo 1
    a> UNSUB 1 many
    b> PUB foo 1¶x`,
  "nine digits": run`
    a> SUB foo 1
    a> UNSUB 1 999999999
    b> PUB foo 1¶x`,
  "ten digits": run`
    a> SUB foo 1
    a> UNSUB 1 9999999999
    b> PUB foo 1¶x`,
  "an unknown id": run`
    a> UNSUB 7
    a> SUB foo 1`,
  "an unknown id with a number": run`
    a> UNSUB 7 3
    a> SUB foo 7
    b> PUB foo 1¶x¶PUB foo 1¶y¶PUB foo 1¶z¶PUB foo 1¶w`,
  "twice": run`
    a> SUB foo 1
    a> UNSUB 1
    a> UNSUB 1`,
  "the id is free again": run`
    a> SUB foo 1
    a> UNSUB 1
    a> SUB bar 1
    b> PUB foo 1¶x¶PUB bar 1¶y`,
  "the id is free again after the last message": run`
    a> SUB foo 1
    a> UNSUB 1 1
    b> PUB foo 1¶x
    a> SUB bar 1
    b> PUB bar 1¶y¶PUB bar 1¶z`,
  "the count starts again with a new subscription": run`
    a> SUB foo 1
    b> PUB foo 1¶1¶PUB foo 1¶2
    a> UNSUB 1
    a> SUB foo 1
    a> UNSUB 1 2
    b> PUB foo 1¶3¶PUB foo 1¶4¶PUB foo 1¶5`,
  "one of two subscriptions of a subject": run`
    a> SUB foo 1
    a> SUB foo 2
    a> UNSUB 1
    b> PUB foo 1¶x`,
  "one of two clients": run`
    a> SUB foo 1
    b> SUB foo 1
    a> UNSUB 1
    c> PUB foo 1¶x`,
  "a wildcard": run`
    a> SUB foo.* 1
    a> UNSUB 1
    b> PUB foo.bar 1¶x`,
  "a wildcard after two messages of different subjects": run`
    a> SUB foo.> 1
    a> UNSUB 1 2
    b> PUB foo.a 1¶x¶PUB foo.b 1¶y¶PUB foo.c 1¶z`,
  "a member of a group after one message": run`
    a> SUB foo group 1
    a> UNSUB 1 1
    b> PUB foo 1¶x¶PUB foo 1¶y`,
  "a member of a group at once": run`
    a> SUB foo group 1
    b> SUB foo group 1
    a> UNSUB 1
    c> PUB foo 1¶x¶PUB foo 1¶y`,
  "a message not echoed does not count": run`
    a= {"verbose":false,"echo":false}
    a> SUB foo 1
    a> UNSUB 1 1
    a> PUB foo 1¶x
    b> PUB foo 1¶y¶PUB foo 1¶z`,
  "two subscriptions with numbers of their own": run`
    a> SUB foo 1
    a> SUB foo 2
    a> UNSUB 1 1
    b> PUB foo 1¶x
    a> UNSUB 2 2
    b> PUB foo 1¶y¶PUB foo 1¶z`,
  "the last message and a no-responders answer": run`
    a= {"verbose":false,"headers":true,"no_responders":true}
    a> SUB inbox 1
    b> SUB foo 1
    b> UNSUB 1 1
    a> PUB foo inbox 1¶x
    a> PUB foo inbox 1¶y`,
  "no argument": run`a> UNSUB`,
  "an argument of blanks": run`a> UNSUB   `,
  "three words": run`a> UNSUB 1 2 3`,
  "verb in lower case": run`
    a> SUB foo 1
    a> unsub 1
    b> PUB foo 1¶x`,
  "tabs and blanks": run`
    a> SUB foo 1
    a> UNSUB \t1 \t 1  
    b> PUB foo 1¶x¶PUB foo 1¶y`,
  "UNSUBSCRIBE": run`a> UNSUBSCRIBE 1`,
  "UNS": run`a> UNS`,
  "in verbose mode": run`
    a= {"verbose":true}
    a> SUB foo 1
    a> UNSUB 1 1
    a> UNSUB 7`,
});
