/**
 * Endpoints as operators write them.
 *
 * @module
 */

/**
 * Turns `host:port` and URLs into URLs without a path. Without a scheme it is `https` when TLS is set up.
 *
 * @throws {TypeError} When one is neither, or when some are TLS and some are not.
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

/** Whether the URL's host is an IP address, which a TLS server name cannot be. */
export function isIpAddress(endpoint: string): boolean {
  const { hostname } = new URL(endpoint);
  return hostname.startsWith("[") || /^\d+(\.\d+){3}$/.test(hostname);
}

const defaultPort = "2379";

function parseEndpoint(endpoint: string, tls: boolean): { protocol: string; host: string } {
  const [, scheme = tls ? "https" : "http", rest] = /^(?:(https?):\/\/)?(.*)$/.exec(endpoint)!;
  // A scheme that the parser does not know: of its own ones it would drop the usual port.
  const url = URL.parse(`etcd://${rest}`);
  if (!url || url.hostname === "" || rest.includes("://") || !/^\/?$/.test(url.pathname)) {
    throw new TypeError(
      `Cannot use etcd endpoint "${endpoint}": must be host:port, http://host:port or https://host:port`,
    );
  }
  return { protocol: scheme, host: `${url.hostname}:${url.port || defaultPort}` };
}
