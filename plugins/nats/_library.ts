/**
 * The only import of npm:nats. The client imports this file dynamically, so an agent without an external server
 * does not load the package.
 *
 * @module
 */
export {
  connect,
  createInbox,
  credsAuthenticator,
  Events,
  headers,
  NatsError,
} from "npm:nats@2.29.3";
export type { ConnectionOptions, Msg, NatsConnection, Subscription } from "npm:nats@2.29.3";
