import type { ConfigIssue } from "../../core/mod.ts";
import type { NatsServerConfig } from "./config.ts";
import { checkExposure } from "./options.ts";
import { authenticator } from "./security/mod.ts";

/**
 * What the server would refuse when it starts, as far as it can be known without reading files. Each message names
 * the keys in full, since it is also shown without the place of the value.
 */
export function checkConfig(config: NatsServerConfig): ConfigIssue[] {
  return [...credentialIssues(config), ...exposureIssues(config)];
}

function credentialIssues(config: NatsServerConfig): ConfigIssue[] {
  const { usersFile, users, noAuthUser, tlsVerifyAndMap: mapCertificates } = config;
  const token = config.token?.reveal();
  if (token === "") {
    return [{ key: "token", message: "must not be empty; set a token, or remove nats.token" }];
  }
  if (token !== undefined && users.length > 0) {
    const message = "cannot be combined with nats.users; remove one of them";
    return [{ key: "token", message }];
  }
  if (usersFile !== undefined) {
    if (token === undefined && users.length === 0) return [];
    const message = "cannot be combined with nats.users or nats.token; remove the others";
    return [{ key: "users_file", message }];
  }
  if (token === undefined && users.length === 0 && noAuthUser === undefined && !mapCertificates) {
    return [];
  }
  try {
    authenticator({ token, users, noAuthUser, mapCertificates }).close?.();
    return [];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return [{ key: token === undefined ? "users" : "token", message: error.message }];
  }
}

/** Whether everyone could connect. A file of users or certificates counts, since the start fails without it. */
function exposureIssues(config: NatsServerConfig): ConfigIssue[] {
  const { host, allowInsecureBind, allowNonTls, token, users, usersFile, tlsCertFile } = config;
  const hasUsers = token !== undefined || users.length > 0 || usersFile !== undefined;
  if (hasUsers || isExposureAllowed({ host, allowInsecureBind })) return [];
  if (tlsCertFile !== undefined && !allowNonTls) return [];
  return [{
    key: "host",
    message: `everyone could connect to ${host}; set nats.token or nats.users, set up TLS, or ` +
      "allow it with nats.allow_insecure_bind",
  }];
}

function isExposureAllowed(options: Pick<NatsServerConfig, "host" | "allowInsecureBind">): boolean {
  try {
    checkExposure(options);
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}
