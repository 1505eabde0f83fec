/**
 * The command `cim tap`: messages as they pass the NATS server of the agent. It only listens, and it never delays a
 * publisher: what it cannot print within its bounds is counted.
 *
 * @module
 */
export { tap, type TapOptions } from "./tap.ts";
export { connectTap, type TapConnectOptions } from "./connect.ts";
export { messageText } from "./message_text.ts";
export { TapLimit } from "./tap_limit.ts";
