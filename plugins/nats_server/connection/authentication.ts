/**
 * Checks the credentials of one connection.
 *
 * @module
 */
import type { ConnectOptions } from "../protocol/mod.ts";
import type { AuthenticationOptions, AuthenticationOutcome, Credentials } from "../security/mod.ts";
import type { Transport } from "../transport/mod.ts";
import type { ServerContext } from "./server_context.ts";

/** The connection to authenticate. */
export interface AuthenticatedClient {
  readonly id: number;
  readonly transport: Transport;
  readonly options: ConnectOptions;
}

/**
 * The outcome for the client's latest CONNECT. A promise never rejects: a failed check is logged and ends as busy. When
 * the authenticator is replaced meanwhile, the new one decides.
 */
export function authenticate(
  client: AuthenticatedClient,
  nonce: string,
  context: ServerContext,
  options: Pick<AuthenticationOptions, "isRecheck"> = {},
): AuthenticationOutcome | Promise<AuthenticationOutcome> {
  const { authenticator } = context;
  const peer = client.transport.remote.hostname;
  const outcome = authenticator.authenticate(credentialsOf(client, nonce), { ...options, peer });
  if (!(outcome instanceof Promise)) return outcome;
  return settled(outcome, client, context).then((decided) =>
    context.authenticator === authenticator
      ? decided
      : authenticate(client, nonce, context, options)
  );
}

async function settled(
  outcome: Promise<AuthenticationOutcome>,
  client: AuthenticatedClient,
  { counters, log }: ServerContext,
): Promise<AuthenticationOutcome> {
  counters.pendingAuthentications++;
  try {
    return await outcome;
  } catch (error) {
    log.error("Cannot authenticate a client", { client: client.id, error });
    return "busy";
  } finally {
    counters.pendingAuthentications--;
  }
}

function credentialsOf({ options, transport }: AuthenticatedClient, nonce: string): Credentials {
  const { user, pass, auth_token: token, nkey, sig: signature } = options;
  const certificate = transport.tls?.certificates[0] ?? null;
  return { user, pass, token, nkey, signature, nonce, certificate };
}
