/**
 * Network addresses: questions about them and their text form. It resolves no names and opens no sockets.
 *
 * @module
 */
export { formatHostPort, type HostPort, parseHostPort } from "./host_port.ts";
export { isLoopback } from "./loopback.ts";
