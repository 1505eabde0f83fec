/**
 * The one door of npm:nats. It is imported dynamically by the client, so that an agent that uses no
 * outside server neither loads nor starts it; the static import in here keeps the names when bundled.
 *
 * @module
 */
export { connect, credsAuthenticator, Events, headers, NatsError } from "npm:nats@2.29.3";
export type { ConnectionOptions, Msg, NatsConnection, Subscription } from "npm:nats@2.29.3";
