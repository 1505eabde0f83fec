/**
 * The reply to `$SYS.REQ.USER.INFO`: which user a client is and what it may do.
 *
 * @module
 */
import { type ConnectOptions, type ServerInfo, utf8 } from "../protocol/mod.ts";
import type { NatsPermissions, Principal } from "../security/mod.ts";

/**
 * User that a certificate names, user name or nkey from CONNECT; "[REDACTED]" for a token; "" without credentials.
 */
export function userOf(
  { nkey, user, auth_token: token }: ConnectOptions,
  principal: Principal | null,
): string {
  if (principal?.isMapped) return principal.name;
  return nkey || user || (token === "" ? "" : "[REDACTED]");
}

/** The reply as JSON, with the members of nats-server that exist here. */
export function userInfoReply(
  server: ServerInfo,
  options: ConnectOptions,
  principal: Principal | null,
  nowMs: number,
): Uint8Array {
  const { server_name: name, host, server_id: id, version: ver } = server;
  const permissions = principal?.permissions;
  return utf8(JSON.stringify({
    server: { name, host, id, ver, jetstream: false, time: new Date(nowMs).toISOString() },
    data: {
      user: userOf(options, principal),
      account: "$G",
      account_name: "$G",
      ...(permissions === undefined ? {} : { permissions: described(permissions) }),
    },
  }));
}

function described({ publish, subscribe, allowResponses = false }: NatsPermissions) {
  const { max = 1, expiresMs = 120_000 } = typeof allowResponses === "boolean"
    ? {}
    : allowResponses;
  return {
    ...(publish === undefined ? {} : { publish }),
    ...(subscribe === undefined ? {} : { subscribe }),
    ...(allowResponses === false ? {} : { responses: { max, ttl: expiresMs * 1e6 } }),
  };
}
