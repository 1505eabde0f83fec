/**
 * Operations of the client protocol.
 *
 * @module
 */

/** Operations with an argument line and without a payload. */
export type LineVerb = "CONNECT" | "INFO" | "SUB" | "UNSUB" | "-ERR";

/** All operations. HMSG is sent by servers, but nats-server also accepts it from clients. */
export type Verb = "PUB" | "HPUB" | "HMSG" | LineVerb | "PING" | "PONG" | "+OK";

/** All operations, in the order in which the parser tries them. */
export const verbs: readonly Verb[] = [
  "PUB",
  "HPUB",
  "HMSG",
  "SUB",
  "UNSUB",
  "CONNECT",
  "PING",
  "PONG",
  "INFO",
  "+OK",
  "-ERR",
];
/** Operations whose line is skipped up to the next line feed. */
export const skipVerbs: ReadonlySet<Verb> = new Set(["PING", "PONG", "+OK"]);
/** Operations whose argument may follow without a blank. */
export const gluedVerbs: ReadonlySet<Verb> = new Set(["CONNECT", "INFO"]);
