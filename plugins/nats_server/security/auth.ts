/**
 * Authentication by token, by user and password, and by nkey. There are no default credentials.
 *
 * @module
 */
import type { Authenticator, Credentials, Principal } from "./authenticator.ts";
import { readUserKey, verifyNonce } from "./nkey.ts";
import { type NatsPermissions, PermissionSet } from "./permissions.ts";
import { SecretComparison } from "./secrets.ts";

/** Somebody who may come in. */
export type NatsUser =
  | {
    readonly user: string;
    /** Plain text or a bcrypt hash. */
    readonly password: string;
    readonly permissions?: NatsPermissions;
  }
  | {
    /** Public nkey of a user. */
    readonly nkey: string;
    readonly permissions?: NatsPermissions;
  };

/** Options of {@linkcode authenticator}. */
export interface AuthOptions {
  /** One token for everyone; plain text or a bcrypt hash. Excludes users. */
  readonly token?: string;
  /** The users. */
  readonly users?: readonly NatsUser[];
  /** Permissions of users that have none of their own. Default: everything. */
  readonly defaultPermissions?: NatsPermissions;
  /** Milliseconds of a clock that does not jump, for answers that expire. Default: the machine's. */
  readonly nowMs?: () => number;
}

interface Account {
  readonly name: string;
  readonly permissions: PermissionSet | null;
}

/**
 * An authenticator for these credentials.
 *
 * @throws {TypeError} When there is neither token nor user, both, a name twice, an empty secret, or a
 * permission that is none.
 *
 * @example
 * ```ts
 * import { authenticator, NatsServer } from "../mod.ts";
 *
 * await using server = new NatsServer({
 *   port: 0,
 *   authenticator: authenticator({
 *     users: [{ user: "app", password: "s3cret", permissions: { publish: { allow: ["LOG"] } } }],
 *   }),
 * });
 * await server.listen();
 * ```
 */
export function authenticator(options: AuthOptions): Authenticator {
  const { token, users = [], defaultPermissions, nowMs = () => performance.now() } = options;
  if ((token === undefined) === (users.length === 0)) {
    throw new TypeError("Authentication needs either a token or users");
  }
  const byDefault = defaultPermissions === undefined ? null : new PermissionSet(defaultPermissions);
  const welcome = ({ name, permissions }: Account): Principal => ({
    name,
    guard: permissions?.guard(nowMs) ?? null,
  });
  if (token !== undefined) {
    return tokenAuthenticator(checkedSecret(token, "token"), byDefault, welcome);
  }
  return userAuthenticator(users, byDefault, welcome);
}

function tokenAuthenticator(
  token: string,
  permissions: PermissionSet | null,
  welcome: (account: Account) => Principal,
): Authenticator {
  const secrets = new SecretComparison();
  return {
    required: true,
    needsNonce: false,
    authenticate: ({ token: given }) =>
      whenTrue(secrets.matches(token, given), () => welcome({ name: "", permissions })),
  };
}

function userAuthenticator(
  users: readonly NatsUser[],
  byDefault: PermissionSet | null,
  welcome: (account: Account) => Principal,
): Authenticator {
  const secrets = new SecretComparison();
  const passwords = new Map<string, Account & { readonly password: string }>();
  const keys = new Map<string, Account & { readonly key: ReturnType<typeof readUserKey> }>();
  for (const user of users) {
    const permissions = user.permissions === undefined
      ? byDefault
      : new PermissionSet(user.permissions);
    const name = "nkey" in user ? user.nkey : user.user;
    if (name === "" || passwords.has(name) || keys.has(name)) {
      throw new TypeError(`Invalid NATS user "${name}": names must be unique and not empty`);
    }
    if ("nkey" in user) keys.set(name, { name, permissions, key: readUserKey(name) });
    else passwords.set(name, { name, permissions, password: checkedSecret(user.password, name) });
  }

  function authenticate(given: Credentials): Principal | null | Promise<Principal | null> {
    if (keys.size > 0 && given.nkey !== "") {
      const account = keys.get(given.nkey);
      if (account === undefined) return null;
      const verdict = verifyNonce(account.key, given.nonce, given.signature);
      return whenTrue(verdict, () => welcome(account));
    }
    const account = passwords.get(given.user);
    if (account === undefined) return null;
    return whenTrue(secrets.matches(account.password, given.pass), () => welcome(account));
  }

  return { required: true, needsNonce: keys.size > 0, authenticate };
}

function whenTrue(
  verdict: boolean | Promise<boolean>,
  admit: () => Principal,
): Principal | null | Promise<Principal | null> {
  if (typeof verdict === "boolean") return verdict ? admit() : null;
  return verdict.then((matches) => matches ? admit() : null);
}

function checkedSecret(secret: string, of: string): string {
  if (secret === "") throw new TypeError(`Invalid NATS secret of "${of}": it is empty`);
  return secret;
}
