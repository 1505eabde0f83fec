/**
 * Event subscriptions of the application: a REST interface for filters on the headers of Kafka records, and the
 * delivery of the records that match to subject `EVENT-NOTIFICATION`, their values unchanged, each once however many
 * subscriptions match.
 *
 * An event is delivered at least once: its position is committed after the application has it. With the embedded NATS
 * server that means: each client that got the message has answered a PING that follows it, so the application's library
 * has read the message. With an outside server it means: that server has the message and a client is subscribed, which
 * is the most that such a server tells. While no client is subscribed on NATS, events wait in Kafka. An event that the
 * application does not take, because it disconnects or does not answer each time, becomes a dead letter.
 *
 * Subscriptions are kept in the store of the agent's state. It creates no topic and reads no event before the first
 * subscription.
 *
 * @module
 */
export { subscriptionErrors } from "./errors.ts";
export { subscriptions } from "./plugin.ts";
export { Notifier, type NotifierOptions, type SkipReason } from "./notifier.ts";
export { PositionCommits } from "./position_commits.ts";
export { SubscriptionSet, type SubscriptionSetOptions } from "./subscription_set.ts";
export {
  checkSubscription,
  isSameSubscription,
  matches,
  parseSubscription,
  type RecordHeaders,
  type Subscription,
} from "./subscription.ts";
export { type ConsumeOptions, type ConsumerHooks, consumeWhileSubscribed } from "./consume.ts";
