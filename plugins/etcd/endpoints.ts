/**
 * Parsing of configured endpoints.
 *
 * @module
 */

/**
 * Returns each `host:port` or URL as a URL without a path. The default scheme is `https` with TLS and `http`
 * otherwise; the default port is 2379.
 *
 * @throws {TypeError} When an endpoint is invalid, or when `http` and `https` are mixed.
 */
export function parseEndpoints(endpoints: readonly string[], tls: boolean): string[] {
  const urls = endpoints.map((endpoint) => parseEndpoint(endpoint.trim(), tls));
  if (new Set(urls.map(({ protocol }) => protocol)).size > 1) {
    throw new TypeError(
      `Cannot use etcd endpoints ${endpoints.join(", ")}: they must be all http or all https`,
    );
  }
  return urls.map(({ protocol, host }) => `${protocol}://${host}`);
}

/** Whether the host of the URL is an IP address, which cannot be used as a TLS server name. */
export function isIpAddress(endpoint: string): boolean {
  const { hostname } = new URL(endpoint);
  return hostname.startsWith("[") || /^\d+(\.\d+){3}$/.test(hostname);
}

/** What is wrong with an endpoint; undefined when it is valid. */
export function endpointProblem(endpoint: string): string | undefined {
  return splitEndpoint(endpoint.trim()) ? undefined : wanted;
}

const defaultPort = "2379";
const wanted =
  "must be host:port, http://host:port or https://host:port, without user name and password";

function parseEndpoint(endpoint: string, tls: boolean): { protocol: string; host: string } {
  const found = splitEndpoint(endpoint);
  if (!found) throw new TypeError(`Cannot use etcd endpoint "${withoutUser(endpoint)}": ${wanted}`);
  return { protocol: found.scheme ?? (tls ? "https" : "http"), host: found.host };
}

function splitEndpoint(endpoint: string): { scheme: string | undefined; host: string } | undefined {
  const [, scheme, rest] = /^(?:(https?):\/\/)?(.*)$/.exec(endpoint)!;
  // With a scheme unknown to the parser: for http and https it would drop the default port.
  const url = URL.parse(`etcd://${rest}`);
  if (!url || url.hostname === "" || rest.includes("://") || !/^\/?$/.test(url.pathname)) {
    return undefined;
  }
  if (rest.includes("@") || url.search !== "" || url.hash !== "") return undefined;
  return { scheme, host: `${url.hostname}:${url.port || defaultPort}` };
}

/** The endpoint with its user name and password replaced, for error texts. */
function withoutUser(endpoint: string): string {
  return endpoint.replace(/^(\w+:\/\/)?[^/]*@/, "$1[redacted]@");
}
