/** A host and a port. */
export interface HostPort {
  /** Name or IP address; an IPv6 address without brackets. */
  readonly hostname: string;
  /** Port, 1 to 65535. */
  readonly port: number;
}

const label = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/i;
const maxHostLength = 253;
const maxPort = 65_535;

/**
 * Parses `host:port`; the host is a name, an IPv4 address or an IPv6 address in brackets. Returns undefined for
 * any other text: the port is never guessed.
 *
 * @example
 * ```ts
 * import { formatHostPort, parseHostPort } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseHostPort("[::1]:5170"), { hostname: "::1", port: 5170 });
 * assert.equal(parseHostPort("collector"), undefined);
 * assert.equal(formatHostPort({ hostname: "::1", port: 5170 }), "[::1]:5170");
 * ```
 */
export function parseHostPort(text: string): HostPort | undefined {
  const [, address, name, digits] = /^(?:\[([^\[\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text.trim()) ??
    [];
  const port = Number(digits);
  if (!(port >= 1 && port <= maxPort)) return undefined;
  if (address !== undefined) {
    return isIpv6(address) ? { hostname: address.toLowerCase(), port } : undefined;
  }
  return isName(name) || isIpv4(name) ? { hostname: name, port } : undefined;
}

/** The text form, with an IPv6 address in brackets. */
export function formatHostPort({ hostname, port }: HostPort): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function isIpv6(text: string): boolean {
  // The parser of URLs knows the grammar; a zone id is not part of it.
  return /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]/`);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

/** A host name, with or without the final dot. One that ends in a number can only be a malformed IPv4 address. */
function isName(text: string): boolean {
  const labels = text.replace(/\.$/, "").split(".");
  return text.length <= maxHostLength && !/^\d+$/.test(labels.at(-1)!) &&
    labels.every((one) => one.length <= 63 && label.test(one));
}
