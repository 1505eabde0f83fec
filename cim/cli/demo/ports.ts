/**
 * Ports nobody listens on. Another process may take one before it is used; the agent then says so.
 *
 * @module
 */

/** A port that the system chose. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * A port in the range that `app_settings.app_port` may have, 5000 to 10000.
 *
 * @throws {Error} When a hundred of them are taken.
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
