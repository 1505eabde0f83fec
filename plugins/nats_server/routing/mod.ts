/**
 * Routing: which subscribers a message reaches, and its delivery to clients and to handlers of this process.
 * It reads no sockets and parses no protocol; a connection is an interface here ({@linkcode Client}).
 *
 * @module
 */
export type { Client, ClientOutput } from "./client.ts";
export { type InProcessSubscription, LocalSubscription } from "./in_process.ts";
export { type InProcessHandler, type MessageView, ReusedView } from "./message_view.ts";
export type { Publisher } from "./publisher.ts";
export { LocalRequests } from "./requests.ts";
export { Router } from "./router.ts";
export type { RouterOptions } from "./router_options.ts";
export { checkedSubject, SubjectCache, SubjectEntry } from "./subject_cache.ts";
export { type SubjectFamily, SubjectMetrics } from "./subject_metrics.ts";
export { Subscription } from "./subscription.ts";
export { TurnBudget } from "./turn_budget.ts";
