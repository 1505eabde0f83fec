/**
 * Finds the user of a client certificate, as nats-server does with `verify_and_map`.
 *
 * @module
 */
import type { ClientCertificate } from "./authenticator.ts";
import {
  type DistinguishedName,
  domainComponents,
  isReorderedName,
  isSameName,
  parseName,
} from "./distinguished_name.ts";

/** Users that certificates are mapped to. */
export class CertificateUsers<Account> {
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #named: readonly { readonly name: DistinguishedName; readonly account: Account }[];

  /** Users by name: an email address, a DNS name, a URI, or the subject such as `CN=app,O=example`. */
  constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts;
    this.#named = [...accounts].flatMap(([user, account]) => {
      const name = parseName(user);
      return name === null ? [] : [{ name, account }];
    });
  }

  /**
   * The first user that is named by: an email address, a DNS name, a URI of the alternative names, then the subject,
   * first as it is, then with its parts in another order, then as the text that Go writes.
   */
  find(certificate: ClientCertificate): Account | undefined {
    const { emails, dnsNames, uris, name, subject } = certificate;
    for (const text of [...emails, ...dnsNames, ...uris]) {
      const account = this.#accounts.get(text);
      if (account !== undefined) return account;
    }
    const components = domainComponents(name);
    return this.#named.find((one) => isSameName(one.name, name))?.account ??
      this.#named.find((one) => isReorderedName(one.name, name))?.account ??
      (components === "" ? undefined : this.#accounts.get(`${subject},${components}`)) ??
      (subject === "" ? undefined : this.#accounts.get(subject));
  }
}
