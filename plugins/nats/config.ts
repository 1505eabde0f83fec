/**
 * The keys of section `nats` that concern an outside server. The embedded server has its own.
 *
 * @module
 */
import { secret, text } from "../../core/mod.ts";

/** Fields of the client. */
export const natsFields = Object.freeze({
  url: text({
    doc:
      "Outside NATS server, such as nats://10.0.0.7:4222; several are separated by commas. Absent: only the embedded server.",
  }),
  urlUser: text({ doc: "User at the outside server." }),
  urlPassword: secret({ doc: "Password at the outside server." }),
  urlToken: secret({ doc: "Token at the outside server, instead of user and password." }),
  urlCaFile: text({
    doc: "PEM file of the authority that signed the outside server's certificate; turns TLS on.",
  }),
});
