/**
 * Rules for the process around a command: which uncaught errors it survives, and when it ends because its parent has
 * gone. `main.ts` applies them. This folder installs no listener, exits nothing, and imports nothing, so that signals
 * are handled from the first moment of the start.
 *
 * @module
 */
export { watchParent, type WatchParentOptions } from "./watch_parent.ts";
export { isTlsFaultOfPeer } from "./tls_fault.ts";
