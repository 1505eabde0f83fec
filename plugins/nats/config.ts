/**
 * Keys of section `nats` for an external server. The embedded server adds its own keys to the section.
 *
 * @module
 */
import { secret, text } from "../../core/mod.ts";

/** Fields of the client. */
export const natsFields = Object.freeze({
  url: text({
    doc:
      "External NATS server, such as nats://10.0.0.7:4222; separate several with commas. Absent: only the embedded server is used.",
  }),
  urlUser: text({ doc: "User name for the external server." }),
  urlPassword: secret({ doc: "Password for the external server." }),
  urlToken: secret({ doc: "Token for the external server, instead of user and password." }),
  urlCaFile: text({
    doc: "PEM file of the CA that signed the external server's certificate; enables TLS.",
  }),
});
