import type { Secret } from "../../../core/mod.ts";
import {
  connectNats,
  type ConnectNatsOptions,
  type NatsClient,
} from "../../../plugins/nats/mod.ts";
import type { CliIo } from "../io.ts";
import type { ProductConfiguration } from "../read_configuration.ts";

/** Options of {@linkcode connectTap}. */
export interface TapConnectOptions {
  /** URL of the NATS server. Default: the configured external server, else that of the agent on this machine. */
  readonly url: string | undefined;
  /** User of the NATS server; the password is read from standard input. */
  readonly user: string | undefined;
  /** Whether a token is read from standard input. */
  readonly hasToken: boolean;
  /** PEM file of the CA that signed the server's certificate; enables TLS. */
  readonly caFile: string | undefined;
}

/** Section `nats`, as far as a client needs it. */
interface NatsValues {
  readonly port: number;
  readonly token?: Secret;
  readonly tlsCertFile?: string;
}

/** Section `nats` for an external server. */
interface OutsideValues {
  readonly url?: string;
  readonly urlUser?: string;
  readonly urlPassword?: Secret;
  readonly urlToken?: Secret;
  readonly urlCaFile?: string;
}

/** Connects as the options say, and where they say nothing, as the configuration does. */
export async function connectTap(
  { values }: Pick<ProductConfiguration, "values">,
  options: TapConnectOptions,
  io: Pick<CliIo, "readInput">,
): Promise<NatsClient> {
  const { url, credentials } = placeOf(values, options);
  return await connectNats(url, {
    name: "cim tap",
    ...credentials,
    ...await givenCredentials(options, io),
    ...(options.caFile !== undefined && { caFile: options.caFile }),
  });
}

/** The server, with the credentials that the configuration has for it. */
function placeOf(
  values: ProductConfiguration["values"],
  options: TapConnectOptions,
): { url: string; credentials: ConnectNatsOptions } {
  if (options.url !== undefined) return { url: options.url, credentials: {} };
  const outside = values("nats") as OutsideValues;
  if (outside.url) {
    return {
      url: outside.url,
      credentials: {
        user: outside.urlUser,
        password: outside.urlPassword?.reveal(),
        token: outside.urlToken?.reveal(),
        caFile: outside.urlCaFile,
      },
    };
  }
  const { port, token, tlsCertFile } = values("nats_server") as unknown as NatsValues;
  const scheme = tlsCertFile ? "tls" : "nats";
  return { url: `${scheme}://127.0.0.1:${port}`, credentials: { token: token?.reveal() } };
}

/** What is read from standard input replaces all credentials of the configuration. */
async function givenCredentials(
  { user, hasToken }: TapConnectOptions,
  io: Pick<CliIo, "readInput">,
): Promise<ConnectNatsOptions> {
  if (user === undefined && !hasToken) return {};
  const secret = new TextDecoder().decode(await io.readInput()).trim();
  return hasToken
    ? { user: undefined, password: undefined, token: secret }
    : { user, password: secret, token: undefined };
}
