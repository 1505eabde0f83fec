/** Request and reply, and the answer when nobody is there. @module */
import { run, topic } from "../_script.ts";

const asking = '{"verbose":false,"pedantic":false,"headers":true,"no_responders":true}';
const plain = '{"verbose":false,"pedantic":false,"headers":true,"no_responders":false}';

/** Scripts. */
export const request = topic("request", {
  "a request and its answer": run`
    a> SUB service 1
    b> SUB inbox 1
    b> PUB service inbox 4¶help
    a> PUB inbox 4¶pong`,
  "an inbox by wildcard, as clients with one subscription for all do": run`
    a> SUB service 1
    b> SUB _INBOX.xyz.* 1
    b> PUB service _INBOX.xyz.1 1¶1¶PUB service _INBOX.xyz.2 1¶2
    a> PUB _INBOX.xyz.2 1¶b¶PUB _INBOX.xyz.1 1¶a`,
  "an inbox for one answer": run`
    a> SUB service 1
    b> SUB inbox 1¶UNSUB 1 1¶PUB service inbox 1¶x
    a> PUB inbox 1¶1¶PUB inbox 1¶2`,
  "nobody there": run`
    a= ${asking}
    a> SUB inbox 1
    a> PUB service inbox 4¶help`,
  "nobody there, inbox by wildcard": run`
    a= ${asking}
    a> SUB _INBOX.xyz.* 7
    a> PUB service _INBOX.xyz.1 4¶help`,
  "nobody there, by HPUB": run`
    a= ${asking}
    a> SUB inbox 1
    a> HPUB service inbox 12 14¶NATS/1.0¶¶hi`,
  "nobody there, not asked to say so": run`
    a= ${plain}
    a> SUB inbox 1
    a> PUB service inbox 4¶help`,
  "nobody there and no reply subject": run`
    a= ${asking}
    a> SUB inbox 1
    a> PUB service 4¶help`,
  "nobody there and not subscribed to the reply": run`
    a= ${asking}
    a> SUB other 1
    a> PUB service inbox 4¶help`,
  "nobody there and somebody else subscribed to the reply": run`
    a= ${asking}
    b= ${asking}
    b> SUB inbox 1
    a> PUB service inbox 4¶help`,
  "the inbox through the full wildcard is a subscriber too": run`
    a= ${asking}
    a> SUB > 1
    a> PUB service inbox 4¶help`,
  "the only subscriber is the requester without echo": run`
    a= {"verbose":false,"headers":true,"no_responders":true,"echo":false}
    a> SUB service 1
    a> SUB inbox 2
    a> PUB service inbox 4¶help`,
  "the answer counts for UNSUB": run`
    a= ${asking}
    a> SUB inbox 1
    a> UNSUB 1 1
    a> PUB service inbox 1¶x
    a> PUB service inbox 1¶y`,
  "a subscriber that left": run`
    a= ${asking}
    a> SUB inbox 1
    b> SUB service 1
    a> PUB service inbox 1¶x
    b> UNSUB 1
    a> PUB service inbox 1¶y`,
  "verbose: +OK first": run`
    a= {"verbose":true,"headers":true,"no_responders":true}
    a> SUB inbox 1
    a> PUB service inbox 4¶help`,
  "the subject stands in the answer": run`
    a= ${asking}
    a> SUB inbox 1
    a> PUB a.rather.long.subject.of.many.tokens inbox 0¶`,
  "a subject beyond ASCII stands in the answer": run`
    a= ${asking}
    a> SUB inbox 1
    a> PUB grüße.☕ inbox 0¶`,
  "a wildcard subject asked": run`
    a= ${asking}
    a> SUB inbox 1
    a> PUB service.* inbox 0¶`,
  "two inboxes": run`
    a= ${asking}
    a> SUB inbox.a 1¶SUB inbox.b 2
    a> PUB service inbox.b 0¶`,
  "the inbox is a group": run`
    a= ${asking}
    a> SUB inbox group 1
    a> PUB service inbox 0¶`,
  "a second CONNECT turns it off": run`
    a= ${asking}
    a= {"no_responders":false}
    a> SUB inbox 1
    a> PUB service inbox 0¶`,
  "a reply to oneself": run`
    a= ${asking}
    a> SUB service 1
    a> PUB service service 1¶x`,
});
