/**
 * A subscription: the filter of one request, and which records it matches.
 *
 * @module
 */
import { AgentError } from "../../core/mod.ts";
import { subscriptionErrors } from "./errors.ts";

/** What an application wants to be notified of. The lists are in the order of the contract. */
export interface Subscription {
  /** Names of events; at least one. */
  readonly localEventName: readonly string[];
  /** Absent: any. */
  readonly nfNamingCode?: readonly string[];
  /** Absent: any. */
  readonly nfcNamingCode?: readonly string[];
  /** Absent: any. */
  readonly localNfId?: readonly string[];
}

/** The last value of each header of a record, by its exact name. */
export type RecordHeaders = ReadonlyMap<string, string>;

/** Members that may be absent. */
const optionalLists = ["nfNamingCode", "nfcNamingCode", "localNfId"] as const;
const invalidBody = "Invalid request body.";

/**
 * Parses the body of a request. Unknown members are ignored; an optional list that is empty or `null` is absent.
 *
 * @throws {AgentError} `subscription_invalid`, with a message in the words of the contract.
 */
export function parseSubscription(body: string): Subscription {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new AgentError(subscriptionErrors.subscription_invalid, invalidBody, { cause });
  }
  return checkSubscription(value);
}

/**
 * Checks a parsed body.
 *
 * @throws {AgentError} `subscription_invalid`, with a message in the words of the contract.
 */
export function checkSubscription(value: unknown): Subscription {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AgentError(subscriptionErrors.subscription_invalid, invalidBody);
  }
  const members = value as Record<string, unknown>;
  const localEventName = listOf(members.localEventName);
  if (localEventName.length === 0) {
    const message = "LocalEventName must not be empty.";
    throw new AgentError(subscriptionErrors.subscription_invalid, message);
  }
  const optional = optionalLists
    .map((name) => [name, listOf(members[name])] as const)
    .filter(([, list]) => list.length > 0);
  return Object.freeze({ localEventName, ...Object.fromEntries(optional) });
}

/** Whether two subscriptions match the same records. */
export function isSameSubscription(one: Subscription, other: Subscription): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether a record with these headers is wanted: each list that is there must have the value of its header. */
export function matches(subscription: Subscription, headers: RecordHeaders): boolean {
  const { localEventName, nfNamingCode, nfcNamingCode, localNfId } = subscription;
  return hasHeader(localEventName, headers.get("localEventName")) &&
    hasHeader(nfNamingCode, headers.get("nfNamingCode")) &&
    hasHeader(nfcNamingCode, headers.get("nfcNamingCode")) &&
    // Producers write the name with a capital D; the member of the request has none.
    hasHeader(localNfId, headers.get("localNfID") ?? headers.get("localNfId"));
}

function hasHeader(list: readonly string[] | undefined, value: string | undefined): boolean {
  return list === undefined || (value !== undefined && list.includes(value));
}

function listOf(value: unknown): readonly string[] {
  const list = value ?? [];
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) {
    return Object.freeze([...list]);
  }
  throw new AgentError(subscriptionErrors.subscription_invalid, invalidBody);
}
