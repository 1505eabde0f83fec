/**
 * Connections: one per client, from the greeting to the end, with its subscriptions, pings and output.
 *
 * @module
 */
export { ClientSubscriptions } from "./client_subscriptions.ts";
export { Connection } from "./connection.ts";
export { PendingTotal } from "./pending_total.ts";
export type { ServerContext } from "./server_context.ts";
export { userOf } from "./user_info.ts";
