/**
 * How much of what was written to a connection its peer has not acknowledged, from the table of Linux.
 *
 * @module
 */

/** Both ends of a connection. */
export interface ConnectionEnds {
  /** Port of this end. */
  readonly localPort: number;
  /** Port of the peer. */
  readonly remotePort: number;
}

/** Returns the bytes that the peer has not acknowledged; undefined where that cannot be found out. */
export type ReadSendQueue = (ends: ConnectionEnds) => Promise<number | undefined>;

const tables = ["/proc/net/tcp", "/proc/net/tcp6"] as const;
const permissions = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;

/**
 * Reads the tables of connections. They exist on Linux only, and Deno lets only a process with all permissions
 * read them; elsewhere the result is undefined.
 */
export async function readSendQueue(ends: ConnectionEnds): Promise<number | undefined> {
  if (!mayRead()) return undefined;
  for (const table of tables) {
    const queued = findSendQueue(await textOf(table), ends);
    if (queued !== undefined) return queued;
  }
  return undefined;
}

/**
 * Finds the connection in the text of a table. Two ports are enough to know it: the local one was chosen by the
 * system for this connection.
 */
export function findSendQueue(
  table: string,
  { localPort, remotePort }: ConnectionEnds,
): number | undefined {
  const local = hexPort(localPort);
  const remote = hexPort(remotePort);
  const row = new RegExp(`:${local} [0-9A-F]+:${remote} 0[1-9A-F] ([0-9A-F]{8}):`).exec(table);
  return row === null ? undefined : parseInt(row[1], 16);
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

function mayRead(): boolean {
  return Deno.build.os === "linux" &&
    permissions.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
    if (isAbsent) return "";
    throw error;
  }
}
