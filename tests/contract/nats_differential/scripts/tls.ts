/** TLS: after INFO, before it, with client certificates. @module */
import { run, topic } from "../_script.ts";

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
  "CONNECT in clear": run`
    a!
    a- CONNECT {"verbose":false}¶PING¶
    a?`,
  "PING in clear": run`
    a!
    a- PING¶
    a?`,
  "a fault over TLS": run`
    a^
    a= {"verbose":false}
    a> NONSENSE`,
  "hanging up before the handshake": run`
    a!
    a.`,
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
  "is refused": run`
    a^
    a- CONNECT {"verbose":false}¶PING¶
    a?`,
}, { setup: "tls_verify_nothing_shown" });

/** A certificate of nobody known. */
export const tlsVerifyStranger = topic("tls_verify_stranger", {
  "is refused": run`
    a^
    a- CONNECT {"verbose":false}¶PING¶
    a?`,
}, { setup: "tls_verify_stranger" });

/** TLS before INFO. */
export const tlsFirst = topic("tls_first", {
  "INFO comes after the handshake": run`
    a!`,
  "messages": run`
    a= {"verbose":false}
    a> SUB foo 1
    a> PUB foo 5¶hello`,
}, { setup: "tls_first" });

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
