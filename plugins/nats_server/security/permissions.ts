/**
 * Permissions of a user: subjects that it may publish on and subscribe to. Compiled once per user.
 *
 * The rules are those of nats-server: an absent list allows everything; deny wins over allow; an entry of a
 * subscribe list may name a queue group after a blank. With `allowResponses` a client may also publish on the
 * reply subjects of messages delivered to it, a limited number of times and for a limited time; such a granted
 * response wins over deny.
 *
 * Bounds per connection: 1,024 cached decisions (cleared when full), 4,096 reply subjects (the oldest is dropped).
 *
 * @module
 */
import { toByteString } from "../protocol/mod.ts";
import type { Guard } from "./guard.ts";
import {
  hasWildcard,
  isSubsetMatch,
  isValidSubject,
  type Match,
  Sublist,
  type SublistEntry,
} from "../subjects/mod.ts";

/** Allowed and denied subjects, wildcards included. */
export interface SubjectRules {
  /** Allowed subjects; must not be empty. Default: all. */
  readonly allow?: readonly string[];
  /** Denied subjects, even if `allow` lists them. Default: none. */
  readonly deny?: readonly string[];
}

/** Limits of the responses that a client may publish. */
export interface ResponseRules {
  /** Responses to one request. Default 1; 0 means unlimited. */
  readonly max?: number;
  /** How long a response is allowed, in milliseconds. Default 2 minutes; 0 means forever. */
  readonly expiresMs?: number;
}

/** Permissions of a user. */
export interface NatsPermissions {
  /** Subjects to publish on. */
  readonly publish?: SubjectRules;
  /** Subjects to subscribe to; entries are `subject` or `subject queue`. */
  readonly subscribe?: SubjectRules;
  /** Whether the client may publish on the reply subjects of messages that it received. Default: false. */
  readonly allowResponses?: boolean | ResponseRules;
}

const maxDecisions = 1_024;
const maxReplies = 4_096;

interface Rule extends SublistEntry {
  readonly queue: string | null;
}

type RuleList = Sublist<Rule> | null;

/** Compiled permissions of one user. */
export class PermissionSet {
  readonly #publishAllow: RuleList;
  readonly #publishDeny: RuleList;
  readonly #subscribeAllow: RuleList;
  readonly #subscribeDeny: RuleList;
  readonly responses: Required<ResponseRules> | null;
  /** The permissions as configured. */
  readonly source: NatsPermissions;

  /** @throws {TypeError} When an allow list is empty, or an entry is not a subject, or not a subject and a queue. */
  constructor(source: NatsPermissions) {
    const { publish, subscribe, allowResponses = false } = source;
    this.source = source;
    const { max = 1, expiresMs = 120_000 } = typeof allowResponses === "boolean"
      ? {}
      : allowResponses;
    this.responses = allowResponses === false ? null : { max, expiresMs };
    // With responses allowed, publishing anything else must be listed, as in nats-server.
    this.#publishAllow = compileAllow(publish?.allow, "publish") ??
      (this.responses === null ? null : new Sublist<Rule>());
    this.#publishDeny = compile(publish?.deny, "publish");
    this.#subscribeAllow = compileAllow(subscribe?.allow, "subscribe");
    this.#subscribeDeny = compile(subscribe?.deny, "subscribe");
  }

  /** Whether the lists allow publishing on the subject. */
  mayPublish(subject: string): boolean {
    return (this.#publishAllow === null || this.#publishAllow.match(subject).plain.length > 0) &&
      (this.#publishDeny === null || this.#publishDeny.match(subject).plain.length === 0);
  }

  /** Whether the lists allow the subscription. */
  maySubscribe(subject: string, queue: string | null): boolean {
    if (this.#subscribeAllow !== null) {
      const { plain, groups } = covering(this.#subscribeAllow.match(subject), subject);
      const isAllowed = queue !== null && groups.length > 0
        ? queueMatches(queue, groups)
        : plain.length > 0;
      if (!isAllowed) return false;
    }
    return !this.deniesDelivery(subject, queue);
  }

  /** Whether the subscribe deny list matches. */
  deniesDelivery(subject: string, queue: string | null): boolean {
    if (this.#subscribeDeny === null) return false;
    const { plain, groups } = this.#subscribeDeny.match(subject);
    return plain.length > 0 || (queue !== null && groups.length > 0 && queueMatches(queue, groups));
  }

  /** A guard for one connection. `nowMs` returns monotonic time. */
  guard(nowMs: () => number): Guard {
    return new ConnectionGuard(this, nowMs);
  }
}

interface Response {
  readonly sinceMs: number;
  count: number;
}

class ConnectionGuard implements Guard {
  readonly #permissions: PermissionSet;
  readonly #nowMs: () => number;
  readonly #publishing = new Map<string, boolean>();
  readonly #denied = new Map<string, boolean>();
  readonly #replies = new Map<string, Response>();

  constructor(permissions: PermissionSet, nowMs: () => number) {
    this.#permissions = permissions;
    this.#nowMs = nowMs;
  }

  mayPublish(subject: string): boolean {
    return this.#isListed(subject) || this.#isExpectedResponse(subject);
  }

  maySubscribe(subject: string, queue: string | null): boolean {
    return this.#permissions.maySubscribe(subject, queue);
  }

  deniesDelivery(subject: string, queue: string | null): boolean {
    const key = queue === null ? subject : `${subject} ${queue}`;
    return remember(
      this.#denied,
      key,
      () => this.#permissions.deniesDelivery(subject, queue),
    );
  }

  expectResponse(reply: string): void {
    if (this.#permissions.responses === null || this.#isListed(reply)) return;
    this.#replies.delete(reply);
    this.#replies.set(reply, { sinceMs: this.#nowMs(), count: 0 });
    if (this.#replies.size > maxReplies) {
      const { value } = this.#replies.keys().next();
      this.#replies.delete(value!);
    }
  }

  #isListed(subject: string): boolean {
    return remember(this.#publishing, subject, () => this.#permissions.mayPublish(subject));
  }

  #isExpectedResponse(subject: string): boolean {
    const response = this.#replies.get(subject);
    if (response === undefined) return false;
    const { max, expiresMs } = this.#permissions.responses!;
    response.count++;
    const isOver = (max > 0 && response.count > max) ||
      (expiresMs > 0 && this.#nowMs() - response.sinceMs > expiresMs);
    if (isOver) this.#replies.delete(subject);
    return !isOver;
  }
}

function remember(decisions: Map<string, boolean>, key: string, decide: () => boolean): boolean {
  const known = decisions.get(key);
  if (known !== undefined) return known;
  if (decisions.size >= maxDecisions) decisions.clear();
  const decision = decide();
  decisions.set(key, decision);
  return decision;
}

/**
 * The rules that cover all subjects of a subscription. A trie match alone would let `*` of a rule match the token `>` of
 * a subscription, so that `foo.*` would allow subscribing to `foo.>`; nats-server does that, this server does not.
 */
function covering(match: Match<Rule>, subject: string): Match<Rule> {
  if (!hasWildcard(subject)) return match;
  const covers = (rule: Rule) => isSubsetMatch(subject, rule.subject);
  return {
    plain: match.plain.filter(covers),
    groups: match.groups.map((rules) => rules.filter(covers)).filter((rules) => rules.length > 0),
  };
}

/** Compiles an allow list. An empty one is an error: nats-server allows everything then, which is hardly meant. */
function compileAllow(
  entries: readonly string[] | undefined,
  of: "publish" | "subscribe",
): RuleList {
  if (entries?.length === 0) {
    throw new TypeError(
      `Invalid ${of} permissions: the allow list is empty; remove it to allow everything, or set deny to [">"] to allow nothing`,
    );
  }
  return compile(entries, of);
}

function compile(entries: readonly string[] | undefined, of: "publish" | "subscribe"): RuleList {
  if (entries === undefined || entries.length === 0) return null;
  const rules = new Sublist<Rule>();
  for (const entry of entries) {
    const words = entry.split(/\s+/).filter((word) => word !== "").map(toByteString);
    const isRule = words.length === 1 || (words.length === 2 && of === "subscribe");
    if (!isRule || !words.every(isValidSubject)) {
      const form = of === "publish" ? "a subject" : '"subject" or "subject queue"';
      throw new TypeError(`Invalid ${of} permission ${JSON.stringify(entry)}: must be ${form}`);
    }
    rules.insert({ subject: words[0], queue: words[1] ?? null, slot: 0 });
  }
  return rules;
}

function queueMatches(queue: string, groups: readonly (readonly Rule[])[]): boolean {
  return groups.some(([{ queue: rule }]) =>
    rule === queue || (hasWildcard(rule!) && isSubsetMatch(queue, rule!))
  );
}
