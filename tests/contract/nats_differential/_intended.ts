/**
 * Where this server differs from nats-server on purpose. Nothing else may.
 *
 * @module
 */

/** Fields of INFO that only nats-server sends, and why this server does not. */
export const intendedAbsences: Readonly<Record<string, string>> = {
  git_commit: "describes nats-server's own build",
  xkey: "a key for encrypted authentication callouts, which need accounts",
  jetstream: "there is no JetStream here",
  api_lvl: "the level of the JetStream API",
  connect_urls: "there is no cluster",
};

/** Their names. */
export const absentInfoFields: readonly string[] = Object.keys(intendedAbsences);

/**
 * Behaviour of nats-server that depends on how TCP splits the bytes. A script cannot control it, and this server
 * behaves the same in both cases.
 */
export const cutDependent: readonly string[] = [
  "the complaint about a pedantic publish is sent twice when the payload begins in a later packet than its line; here once",
];

/** Differences below the protocol that come from the TLS library. */
export const otherLibraries: readonly string[] = [
  "a client that speaks in clear where TLS is due gets a TLS alert before the connection ends; from nats-server only the end",
];

/** Differences that clients see after a reload of the users. */
export const toldOnReload =
  "a client whose user is gone is told `Authorization Violation`, as one whose password changed; nats-server hangs up without a word, which its clients take for a lost connection";

/** Where this server is stricter. */
export const stricter: readonly string[] = [
  "an allow list of subscriptions with `foo.*` does not allow `SUB foo.>`; in nats-server it does, although `foo.>` also matches `foo.a.b`",
  "an empty allow list is refused at start; in nats-server it allows everything",
];
