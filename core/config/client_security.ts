/**
 * Fields that every client with a login and TLS has, with the same names and documentation in each section.
 *
 * @module
 */
import { type Field, secret, text } from "./field.ts";
import type { Secret } from "./secret.ts";

/** Fields of a login. */
export type LoginFields = {
  readonly user: Field<string | undefined>;
  readonly password: Field<Secret | undefined>;
};

/** Fields of TLS, as a client needs them. All are absent by default. */
export type TlsFields = {
  readonly caFile: Field<string | undefined>;
  readonly certFile: Field<string | undefined>;
  readonly keyFile: Field<string | undefined>;
  readonly tlsServerName: Field<string | undefined>;
};

/** What a section adds to the documentation of the fields; each text is one or more sentences. */
export interface TlsFieldNotes {
  /** About the CA certificates, for example what is trusted without them. */
  readonly caFile?: string;
  /** About the host name, for example its default. */
  readonly tlsServerName?: string;
}

/**
 * The keys `user` and `password` of a client.
 *
 * @example
 * ```ts
 * import { loginFields, readSection, sourcesFrom } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { values } = readSection("db", loginFields(), sourcesFrom({ sets: ["db.password=x"] }));
 * assert.equal(values?.password?.reveal(), "x");
 * ```
 */
export function loginFields(): LoginFields {
  return {
    user: text({ doc: "User name for the login." }),
    password: secret({ doc: "Password of the user." }),
  };
}

/**
 * The keys `ca_file`, `cert_file`, `key_file` and `tls_server_name` of a client.
 *
 * @example
 * ```ts
 * import { loginFields, readSection, sourcesFrom, tlsFields } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const fields = { ...loginFields(), ...tlsFields({ tlsServerName: "Default: the host." }) };
 * const sources = sourcesFrom({ sets: ["db.user=app", "db.ca_file=/etc/ca.pem"] });
 * const { values } = readSection("db", fields, sources);
 * assert.deepEqual([values?.user, values?.caFile], ["app", "/etc/ca.pem"]);
 * ```
 */
export function tlsFields(notes: TlsFieldNotes = {}): TlsFields {
  return {
    caFile: text({
      doc: withNote(
        "PEM file with the CA certificates that are trusted to sign the server's certificate.",
        notes.caFile,
      ),
    }),
    certFile: text({ doc: "PEM file with the client certificate." }),
    keyFile: text({ doc: "PEM file with the private key of the client certificate." }),
    tlsServerName: text({
      doc: withNote("Host name expected in the server's certificate.", notes.tlsServerName),
    }),
  };
}

function withNote(doc: string, note: string | undefined): string {
  return note === undefined ? doc : `${doc} ${note}`;
}
