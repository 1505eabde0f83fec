/** TLS: after INFO, before it, with client certificates. @module */
import { run, topic } from "../_script.ts";

const inClear = run`
    a!
    a- CONNECT {"verbose":false}¶PING¶
    a?`;
/** A client without a valid certificate. */
const unverified = run`
    a^
    a- CONNECT {"verbose":false}¶PING¶
    a?`;
/** Servers that start TLS before INFO, or allow connections without TLS. */
const messages = run`
    a= {"verbose":false}
    a> SUB foo 1
    a> PUB foo 5¶hello`;
const hangingUp = run`
    a!
    a.`;

/** Server certificate. */
export const tls = topic("tls", {
  "INFO says so": run`a!`,
  "messages over TLS": run`
    a^
    a= {"verbose":false,"tls_required":true}
    a> SUB foo 1
    a> PUB foo 5¶hello`,
  "INFO comes once": run`
    a^
    a= {"verbose":false,"protocol":1}
    a> PING`,
  "two clients": run`
    a^
    a= {"verbose":false}
    b^
    b= {"verbose":false}
    a> SUB foo 1
    b> PUB foo 5¶hello`,
  "a large message": run`
    a^
    a= {"verbose":false}
    a> SUB foo 1
    a> PUB foo 200000¶${"t".repeat(200_000)}`,
  "CONNECT in clear": inClear,
  "PING in clear": run`
    a!
    a- PING¶
    a?`,
  "a fault over TLS": run`
    a^
    a= {"verbose":false}
    a> NONSENSE`,
  "hanging up before the handshake": hangingUp,
  "hanging up over TLS": run`
    a^
    a= {"verbose":false}
    a> SUB foo 1
    a.`,
}, { setup: "tls" });

/** Client certificates. */
export const tlsVerify = topic("tls_verify", {
  "INFO says so": run`a!`,
  "a known certificate": run`
    a^
    a= {"verbose":false}
    a> SUB foo 1
    a> PUB foo 5¶hello`,
}, { setup: "tls_verify" });

/** No client certificate where one is asked for. */
export const tlsVerifyNothing = topic("tls_verify_nothing_shown", {
  "is refused": unverified,
}, { setup: "tls_verify_nothing_shown" });

/** A certificate of nobody known. */
export const tlsVerifyStranger = topic("tls_verify_stranger", {
  "is refused": unverified,
}, { setup: "tls_verify_stranger" });

/** TLS before INFO. */
export const tlsFirst = topic("tls_first", {
  "INFO comes after the handshake": run`a!`,
  messages,
}, { setup: "tls_first" });

/** TLS before INFO if the client begins it. */
export const tlsAuto = topic("tls_auto", {
  "INFO comes after the handshake": run`a!`,
  messages,
}, { setup: "tls_auto" });

/** A client that waits for INFO where TLS may come first. */
export const tlsAutoLater = topic("tls_auto_later", {
  "INFO comes before the handshake": run`
    a!
    a^
    a= {"verbose":false}
    a> SUB foo 1
    a> PUB foo 5¶hello`,
  "CONNECT in clear": inClear,
}, { setup: "tls_auto_later" });

/** TLS where the client may choose. */
export const tlsAvailable = topic("tls_available", {
  "INFO says so": run`a!`,
  "without TLS": messages,
  "with TLS": run`
    a^
    a= {"verbose":false}
    a> SUB foo 1
    a> PUB foo 200000¶${"t".repeat(200_000)}`,
  "one with and one without": run`
    a^
    a= {"verbose":false}
    b= {"verbose":false}
    b> SUB foo 1
    a> PUB foo 5¶hello`,
  "hanging up at once": hangingUp,
}, { setup: "tls_available" });

/** TLS before INFO where the client may choose. */
export const tlsAvailableFirst = topic("tls_available_first", {
  "INFO requires TLS after the handshake": run`a!`,
  messages,
}, { setup: "tls_available_first" });

const mapping = {
  "the user's permissions": run`
    a^
    a= {"verbose":false}
    a> SUB bar 1
    a> PUB foo 1¶x
    a> PUB bar 1¶y`,
  "another user in CONNECT": run`
    a^
    a= {"verbose":false,"user":"other","pass":""}
    a> PUB foo 1¶x`,
};

/** The user named by a DNS name of the certificate. */
export const tlsMapDns = topic("tls_map_dns", mapping, { setup: "tls_map_dns" });

/** The user named by the subject. */
export const tlsMapSubject = topic("tls_map_subject", mapping, { setup: "tls_map_subject" });

/** The user named by the subject in another order. */
export const tlsMapReordered = topic("tls_map_reordered", mapping, { setup: "tls_map_reordered" });

/** A user with a password, named by the certificate. */
export const tlsMapPassword = topic("tls_map_password", {
  "with its password": run`
    a^
    a= {"verbose":false,"pass":"p"}
    a> PUB foo 1¶x`,
  "without it": run`
    a^
    a= {"verbose":false}`,
}, { setup: "tls_map_password" });

/** A certificate that names no user. */
export const tlsMapUnknown = topic("tls_map_unknown", {
  "is refused": run`
    a^
    a= {"verbose":false,"user":"client"}`,
}, { setup: "tls_map_unknown" });

/** TLS and a token. */
export const tlsToken = topic("tls_token", {
  "the right token": run`
    a^
    a= {"verbose":false,"auth_token":"t0ken"}
    a> SUB foo 1`,
  "a wrong token": run`
    a^
    a= {"verbose":false,"auth_token":"wrong"}`,
  "PING first": run`
    a^
    a> PING`,
}, { setup: "tls_token" });

/** Who does not shake hands. */
export const tlsTimeout = topic("tls_timeout", {
  "is cut off": run`
    a!
    a?`,
}, { setup: "tls_timeout" });
