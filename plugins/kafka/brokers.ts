/**
 * Addresses of brokers as an operator writes them.
 *
 * @module
 */
import type { BrokerAddress } from "./driver.ts";

const defaultPort = 9092;
const pattern = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+))(?::(\d{1,5}))?$/;

/** Reads `host`, `host:port` or `[IPv6]:port`. @throws {TypeError} When it is none of them. */
export function parseBroker(text: string): BrokerAddress {
  const problem = brokerProblem(text);
  if (problem !== undefined) throw new TypeError(`Cannot use broker "${text}": ${problem}`);
  const [, ipv6, host, port] = pattern.exec(text.trim())!;
  return { host: ipv6 ?? host, port: port === undefined ? defaultPort : Number(port) };
}

/** What is wrong with the address of a broker; undefined when it can be used. */
export function brokerProblem(text: string): string | undefined {
  const match = pattern.exec(text.trim());
  if (!match) return "must be host:port, with an IPv6 address in brackets";
  const port = match[3];
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) {
    return `port ${port} is not within 1 to 65535`;
  }
  return undefined;
}
