/**
 * Authentication by token, user and password, or nkey. There are no default credentials.
 *
 * @module
 */
import type {
  AuthenticationOptions,
  AuthenticationOutcome,
  Authenticator,
  Credentials,
  Principal,
} from "./authenticator.ts";
import { CertificateUsers } from "./certificate_users.ts";
import type { CheckOptions, CheckOutcome } from "./bcrypt_checks.ts";
import { readUserKey, verifyNonce } from "./nkey.ts";
import { type NatsPermissions, PermissionSet } from "./permissions.ts";
import { isBcrypt, SecretComparison, unmatchableSecret } from "./secrets.ts";

/** A user that may connect. */
export type NatsUser =
  | {
    readonly user: string;
    /** Plain text or a bcrypt hash. May be absent only with `mapCertificates`. */
    readonly password?: string;
    readonly permissions?: NatsPermissions;
  }
  | {
    /** Public nkey of a user. */
    readonly nkey: string;
    readonly permissions?: NatsPermissions;
  };

/** Options of {@linkcode authenticator}. */
export interface AuthOptions {
  /** Token shared by all clients, plain text or a bcrypt hash. Cannot be combined with users. */
  readonly token?: string;
  /** Users that may connect. */
  readonly users?: readonly NatsUser[];
  /** Name or nkey of the listed user as which clients without credentials connect. Default: they are refused. */
  readonly noAuthUser?: string;
  /**
   * Whether the user is the one that the client certificate names; then every client needs a certificate that names a
   * listed user, by an email address, DNS name or URI of its alternative names, or by its subject such as
   * `CN=app,O=example`. A user with a password must also send it. nkeys need no certificate of a user. Needs a server
   * that verifies certificates. Default false.
   */
  readonly mapCertificates?: boolean;
  /** Permissions of users without their own. Default: everything is allowed. */
  readonly defaultPermissions?: NatsPermissions;
  /** Monotonic time in milliseconds, for the expiry of allowed responses. Default: `performance.now`. */
  readonly nowMs?: () => number;
}

interface Account {
  readonly name: string;
  readonly permissions: PermissionSet | null;
}

/**
 * An authenticator for these credentials.
 *
 * @throws {TypeError} When neither or both of token and users are given, a name is used twice, a secret is empty,
 * a permission is invalid, or `noAuthUser` is not a listed user.
 *
 * @example
 * ```ts
 * import { authenticator, NatsServer } from "../mod.ts";
 *
 * await using server = new NatsServer({
 *   port: 0,
 *   authenticator: authenticator({
 *     users: [{ user: "app", password: "s3cret", permissions: { publish: { allow: ["orders.>"] } } }],
 *   }),
 * });
 * await server.listen();
 * ```
 */
export function authenticator(options: AuthOptions): Authenticator {
  const { token, users = [], noAuthUser, mapCertificates = false, defaultPermissions } = options;
  const { nowMs = () => performance.now() } = options;
  if ((token === undefined) === (users.length === 0)) {
    throw new TypeError("Cannot set up authentication: give either a token or users");
  }
  const defaults = defaultPermissions === undefined ? null : new PermissionSet(defaultPermissions);
  const admit = ({ name, permissions }: Account, isMapped = false): Principal => ({
    name,
    ...(isMapped ? { isMapped } : {}),
    guard: permissions?.guard(nowMs) ?? null,
    ...(permissions === null ? {} : { permissions: permissions.source }),
  });
  if (token !== undefined) {
    if (noAuthUser !== undefined) throw unknownNoAuthUser(noAuthUser);
    if (mapCertificates) {
      throw new TypeError("Cannot map certificates to users: a token is set instead of users");
    }
    return tokenAuthenticator(checkedSecret(token, "token"), defaults, admit);
  }
  return userAuthenticator(users, { noAuthUser, mapCertificates }, defaults, admit);
}

function tokenAuthenticator(
  token: string,
  permissions: PermissionSet | null,
  admit: (account: Account) => Principal,
): Authenticator {
  const secrets = new SecretComparison();
  return {
    required: true,
    needsNonce: false,
    authenticate: ({ token: given }, options) =>
      whenTrue(
        secrets.matches(token, given, checkOptions(options)),
        () => admit({ name: "", permissions }),
      ),
    close: () => secrets.close(),
  };
}

function userAuthenticator(
  users: readonly NatsUser[],
  { noAuthUser, mapCertificates }: Pick<AuthOptions, "noAuthUser" | "mapCertificates">,
  defaults: PermissionSet | null,
  admit: (account: Account, isMapped?: boolean) => Principal,
): Authenticator {
  const secrets = new SecretComparison();
  const passwords = new Map<string, Account & { readonly password: string }>();
  const keys = new Map<string, Account & { readonly key: ReturnType<typeof readUserKey> }>();
  for (const user of users) {
    const permissions = user.permissions === undefined
      ? defaults
      : new PermissionSet(user.permissions);
    const name = "nkey" in user ? user.nkey : user.user;
    if (name === "" || passwords.has(name) || keys.has(name)) {
      throw new TypeError(`Invalid NATS user "${name}": names must be unique and not empty`);
    }
    if ("nkey" in user) keys.set(name, { name, permissions, key: readUserKey(name) });
    else {
      const password = mapCertificates && user.password === undefined
        ? ""
        : checkedSecret(user.password ?? "", name);
      passwords.set(name, { name, permissions, password });
    }
  }

  const anonymous = noAuthUser === undefined
    ? undefined
    : passwords.get(noAuthUser) ?? keys.get(noAuthUser);
  if (noAuthUser !== undefined && anonymous === undefined) throw unknownNoAuthUser(noAuthUser);
  if (noAuthUser !== undefined && mapCertificates) {
    throw new TypeError("Cannot map certificates to users: no_auth_user is set, which needs none");
  }

  const byCertificate = mapCertificates ? new CertificateUsers(passwords) : null;
  const unmatchable = unmatchableSecret([...passwords.values()].map(({ password }) => password));

  /** Takes the same time for an unknown user as for a known one with a wrong password. */
  function matches(
    account: { readonly password: string } | undefined,
    given: string,
    options: CheckOptions,
  ): CheckOutcome | Promise<CheckOutcome> {
    const verdict = secrets.matches(account?.password ?? unmatchable, given, options);
    const isEarly = verdict === false && isBcrypt(unmatchable);
    return isEarly ? secrets.matches(unmatchable, given, options) : verdict;
  }

  function authenticate(
    given: Credentials,
    options: AuthenticationOptions = {},
  ): AuthenticationOutcome | Promise<AuthenticationOutcome> {
    if (anonymous !== undefined && isEmpty(given)) return admit(anonymous);
    if (keys.size > 0 && given.nkey !== "") {
      const account = keys.get(given.nkey);
      if (account === undefined) return null;
      const verdict = verifyNonce(account.key, given.nonce, given.signature);
      return whenTrue(verdict, () => admit(account));
    }
    const account = byCertificate === null
      ? passwords.get(given.user)
      : given.certificate === null
      ? undefined
      : byCertificate.find(given.certificate);
    const verdict = matches(account, given.pass, checkOptions(options));
    return whenTrue(
      verdict,
      () => account === undefined ? null : admit(account, byCertificate !== null),
    );
  }

  return {
    required: true,
    needsNonce: keys.size > 0,
    authenticate,
    close: () => secrets.close(),
  };
}

function checkOptions({ peer, isRecheck }: AuthenticationOptions = {}): CheckOptions {
  return { peer, isUnlimited: isRecheck };
}

function whenTrue(
  outcome: CheckOutcome | Promise<CheckOutcome>,
  principal: () => Principal | null,
): AuthenticationOutcome | Promise<AuthenticationOutcome> {
  if (outcome instanceof Promise) return outcome.then((value) => resultOf(value, principal));
  return resultOf(outcome, principal);
}

function resultOf(outcome: CheckOutcome, principal: () => Principal | null): AuthenticationOutcome {
  return outcome === true ? principal() : outcome === "busy" ? "busy" : null;
}

function isEmpty({ user, pass, token, nkey }: Credentials): boolean {
  return user === "" && pass === "" && token === "" && nkey === "";
}

function unknownNoAuthUser(name: string): TypeError {
  return new TypeError(
    `Invalid no_auth_user "${name}": it must be the name or nkey of a listed user`,
  );
}

function checkedSecret(secret: string, owner: string): string {
  if (secret === "") throw new TypeError(`Invalid NATS secret of "${owner}": it must not be empty`);
  return secret;
}
