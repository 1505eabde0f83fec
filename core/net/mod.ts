/**
 * Questions about network addresses. It resolves no names and opens no sockets.
 *
 * @module
 */
export { isLoopback } from "./loopback.ts";
