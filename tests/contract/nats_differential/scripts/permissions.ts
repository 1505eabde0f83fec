/** What users may publish and subscribe to. @module */
import { run, type Step, topic } from "../_script.ts";

/** CONNECT of a user, with headers and no-responders. */
function as(client: string, user: string): string {
  return `${client}= {"verbose":false,"headers":true,"no_responders":true,"user":"${user}","pass":"p"}`;
}

/** A publish by one user under the eyes of another one who may everything. */
function publishing(user: string, subject: string): Step[] {
  return run`
    ${as("a", "all")}
    a> SUB > 1
    ${as("b", user)}
    b> PUB ${subject} 1¶x`;
}

/** A subscription by one user, and a message that would reach it. */
function subscribing(user: string, argument: string, subject: string): Step[] {
  return run`
    ${as("a", "all")}
    ${as("b", user)}
    b> SUB ${argument} 1
    a> PUB ${subject} 1¶x`;
}

/** Scripts. */
export const permissions = topic("permissions", {
  "a user without permissions may everything": publishing("all", "any.thing"),
  "publish allowed by a star": publishing("allow", "pub.a"),
  "publish one token beyond a star": publishing("allow", "pub.a.b"),
  "publish allowed by greater-than": publishing("allow", "deep.a.b.c"),
  "publish not allowed": publishing("allow", "other"),
  "publish to what may only be subscribed": publishing("allow", "sub.a"),
  "publish to a wildcard that the list has": publishing("allow", "pub.*"),
  "publish to a wildcard wider than the list": publishing("allow", "pub.>"),
  "publish to an empty token under a star": publishing("allow", "pub."),
  "publish denied by a star": publishing("deny", "no.a"),
  "publish denied by greater-than": publishing("deny", "secret.a.b"),
  "publish not denied": publishing("deny", "other"),
  "publish to the subject above a deny": publishing("deny", "secret"),
  "deny wins over allow": publishing("both", "foo.bar"),
  "deny by a star within allow": publishing("both", "foo.a.x"),
  "allowed beside a deny": publishing("both", "foo.a.y"),
  "the short form of a list": publishing("short", "only"),
  "not in the short form": publishing("short", "other"),
  "publish where everything is denied": publishing("mute", "foo"),
  "publish where everything is allowed": publishing("deaf", "foo"),
  "a refused publish in verbose mode has no +OK": run`
    a= {"verbose":true,"user":"allow","pass":"p"}
    a> PUB other 1¶x
    a> PUB pub.a 1¶x`,
  "a refused HPUB": run`
    ${as("a", "allow")}
    a> HPUB other 12 12¶NATS/1.0¶¶`,
  "a refused request has no 503": run`
    ${as("a", "allow")}
    a> SUB sub.inbox 1
    a> PUB other sub.inbox 1¶x`,
  "a refused publish in pedantic mode": run`
    a= {"verbose":false,"pedantic":true,"user":"allow","pass":"p"}
    a> PUB other.* 1¶x`,
  "a hundred refused publishes do not end the connection": run`
    ${as("a", "allow")}
    a> ${"PUB other 1¶x¶".repeat(100)}PUB pub.a 1¶x`,
  "a subject with a quote in the complaint": publishing("allow", 'a"b'),
  "a subject with a backslash in the complaint": publishing("allow", "a\\\\b"),
  "a subject beyond ASCII in the complaint": publishing("allow", "grüße.☕"),
  "control characters in the complaint": publishing("allow", "a\\x01\\x7fb"),
  "bytes that are not UTF-8 in the complaint": publishing("allow", "\\xff\\xfe"),
  "a rune that does not print in the complaint": publishing("allow", "a\\xe2\\x80\\x8bb"),

  "subscribe allowed by a star": subscribing("allow", "sub.a", "sub.a"),
  "subscribe to the star itself": subscribing("allow", "sub.*", "sub.a"),
  "subscribe to everything": subscribing("allow", ">", "sub.a"),
  "subscribe within greater-than": subscribing("allow", "wide.*.b", "wide.a.b"),
  "subscribe not allowed": subscribing("allow", "other", "other"),
  "subscribe to what may only be published": subscribing("allow", "pub.a", "pub.a"),
  "subscribe in a group": subscribing("allow", "sub.a group", "sub.a"),
  "subscribe in a group, not allowed": subscribing("allow", "other group", "other"),
  "subscribe denied": subscribing("deny", "no.a", "no.a"),
  "subscribe denied by greater-than": subscribing("deny", "secret.a.b", "secret.a.b"),
  "subscribe not denied": subscribing("deny", "other", "other"),
  "subscribe wider than a deny: denied messages are held back": subscribing(
    "deny",
    ">",
    "secret.a",
  ),
  "subscribe wider than a deny: others arrive": subscribing("deny", ">", "other"),
  "subscribe with a star over a deny": subscribing("deny", "*.a", "no.a"),
  "subscribe with a star over a deny: others arrive": subscribing("deny", "*.a", "yes.a"),
  "subscribe to the denied wildcard itself": subscribing("deny", "no.*", "no.a"),
  "a group wider than a deny": subscribing("deny", "> group", "secret.a"),
  "deny within allow": subscribing("both", "foo.bar", "foo.bar"),
  "allow with a deny inside: denied ones are held back": subscribing("both", "foo.>", "foo.bar"),
  "allow with a deny by star inside": subscribing("both", "foo.>", "foo.a.x"),
  "allow with a deny inside: others arrive": subscribing("both", "foo.>", "foo.a.y"),
  "the list of two": subscribing("short", "two", "two"),
  "everything denied": subscribing("deaf", "foo", "foo"),
  "everything denied, everything asked": subscribing("deaf", ">", "foo"),
  "a refused SUB in verbose mode has no +OK": run`
    a= {"verbose":true,"user":"allow","pass":"p"}
    a> SUB other 1
    a> SUB sub.a 1`,
  "a refused SUB leaves its id free": run`
    ${as("a", "allow")}
    a> SUB other 1
    a> SUB sub.a 1
    ${as("b", "all")}
    b> PUB sub.a 1¶x`,
  "a refused invalid subject": subscribing("allow", "other..x", "other"),
  "an allowed list and an invalid subject": subscribing("allow", "wide..x", "other"),
  "a 503 to somebody who may not publish the inbox": run`
    ${as("a", "short")}
    a> SUB one 1
    a> PUB only one 1¶x`,

  "a plain subscription where a queue rule is not needed": subscribing("queues", "foo", "foo"),
  "a group where a plain rule is": subscribing("queues", "foo good", "foo"),
  "a denied group": subscribing("queues", "foo bad", "foo"),
  "a plain subscription where only a group may": subscribing("queues", "bar", "bar"),
  "the group that may": subscribing("queues", "bar workers", "bar"),
  "another group": subscribing("queues", "bar others", "bar"),
  "a group by wildcard": subscribing("queues", "baz a.v1", "baz"),
  "a group beside the wildcard": subscribing("queues", "baz a.v2", "baz"),
  "any group": subscribing("queues", "any thing", "any"),
  "any group, but none given": subscribing("queues", "any", "any"),

  "a response is allowed once": run`
    ${as("a", "all")}
    a> SUB inbox 1
    ${as("b", "responder")}
    b> SUB service 1
    a> PUB service inbox 1¶?
    b> PUB inbox 1¶1
    b> PUB inbox 1¶2`,
  "a response to a request that never was": run`
    ${as("a", "all")}
    a> SUB inbox 1
    ${as("b", "responder")}
    b> SUB service 1
    b> PUB inbox 1¶1`,
  "a response to another inbox": run`
    ${as("a", "all")}
    a> SUB inbox.* 1
    ${as("b", "responder")}
    b> SUB service 1
    a> PUB service inbox.1 1¶?
    b> PUB inbox.2 1¶2
    b> PUB inbox.1 1¶1`,
  "three responses": run`
    ${as("a", "all")}
    a> SUB inbox 1
    ${as("b", "thrice")}
    b> SUB service 1
    a> PUB service inbox 1¶?
    b> PUB inbox 1¶1
    b> PUB inbox 1¶2
    b> PUB inbox 1¶3
    b> PUB inbox 1¶4`,
  "the same inbox asked again counts anew": run`
    ${as("a", "all")}
    a> SUB inbox 1
    ${as("b", "responder")}
    b> SUB service 1
    a> PUB service inbox 1¶?
    b> PUB inbox 1¶1
    a> PUB service inbox 1¶?
    b> PUB inbox 1¶2
    b> PUB inbox 1¶3`,
  "a response beside a list": run`
    ${as("a", "all")}
    a> SUB inbox 1
    a> SUB log 2
    ${as("b", "listed")}
    b> SUB service 1
    a> PUB service inbox 1¶?
    b> PUB inbox 1¶1
    b> PUB log 1¶2
    b> PUB other 1¶3`,
  "a responder may not publish": publishing("responder", "foo"),
  "a response with headers": run`
    ${as("a", "all")}
    a> SUB inbox 1
    ${as("b", "responder")}
    b> SUB service 1
    a> PUB service inbox 1¶?
    b> HPUB inbox 12 13¶NATS/1.0¶¶1
    b> PUB inbox 1¶2`,
  "a response to a requester who is refused the reply": run`
    ${as("a", "responder")}
    a> SUB service 1
    a> PUB service service 1¶?`,

  "another user by a second CONNECT": run`
    ${as("a", "allow")}
    a> PUB other 1¶x
    ${as("a", "all")}
    a> PUB other 1¶x`,
  "a narrower user by a second CONNECT": run`
    ${as("a", "all")}
    a> SUB other 1
    ${as("a", "allow")}
    a> SUB other 1
    a> PUB other 1¶x`,
}, { setup: "permissions" });

/** Who of a group gets a message is chance. */
export const groupPermissions = topic("group_permissions", {
  "a denied message goes to the other member": run`
    ${as("a", "deny")}
    ${as("b", "all")}
    a> SUB secret.> 1
    a> SUB > group 2
    b> SUB > group 1
    ${as("c", "all")}
    c> PUB secret.a 1¶1¶PUB secret.a 1¶2¶PUB secret.a 1¶3¶PUB open 1¶4¶PUB open 1¶5`,
  "a denied message with one member is nobody's": run`
    ${as("a", "deny")}
    a> SUB > group 1
    ${as("b", "all")}
    b> SUB inbox 1
    b> PUB secret.a inbox 1¶x`,
}, { setup: "permissions", pooled: true });
