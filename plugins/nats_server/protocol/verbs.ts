/**
 * The verbs a client may send, and how each goes on.
 *
 * @module
 */
/** Verbs that take an argument line and no payload. */
export type LineVerb = "CONNECT" | "INFO" | "SUB" | "UNSUB" | "-ERR";

/** All verbs. HMSG is a server's, but the reference reads a client's too. */
export type Verb = "PUB" | "HPUB" | "HMSG" | LineVerb | "PING" | "PONG" | "+OK";

/** In the order they are tried. */
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
/** These end at the next line feed, whatever stands before it. */
export const skipVerbs: ReadonlySet<Verb> = new Set(["PING", "PONG", "+OK"]);
/** These two may have their argument at once, without a blank. */
export const gluedVerbs: ReadonlySet<Verb> = new Set(["CONNECT", "INFO"]);
