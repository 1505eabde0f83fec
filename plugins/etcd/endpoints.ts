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

const defaultPort = "2379";

function parseEndpoint(endpoint: string, tls: boolean): { protocol: string; host: string } {
  const [, scheme = tls ? "https" : "http", rest] = /^(?:(https?):\/\/)?(.*)$/.exec(endpoint)!;
  // With a scheme unknown to the parser: for http and https it would drop the default port.
  const url = URL.parse(`etcd://${rest}`);
  if (!url || url.hostname === "" || rest.includes("://") || !/^\/?$/.test(url.pathname)) {
    throw new TypeError(
      `Cannot use etcd endpoint "${endpoint}": must be host:port, http://host:port or https://host:port`,
    );
  }
  return { protocol: scheme, host: `${url.hostname}:${url.port || defaultPort}` };
}
