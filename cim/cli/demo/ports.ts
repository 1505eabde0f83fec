/**
 * Free ports. Another process may take one before it is used; then the agent reports that it is in use.
 *
 * @module
 */

/** A free port chosen by the system. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * A free port in the range of `app_settings.app_port`, 5000 to 10000.
 *
 * @throws {Error} When 100 random ports are in use.
 */
export function freeAppPort(random: () => number = Math.random): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 5_000 + Math.floor(random() * 5_000);
    try {
      using _listener = Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Cannot find a free port from 5000 to 10000 for the application");
}
