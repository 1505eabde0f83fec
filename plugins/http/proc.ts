/**
 * What `/proc` says about this process.
 *
 * @module
 */

/** Permissions that together make `--allow-all`. */
const allPermissions = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;

/** Whether `/proc/self` may be read: Deno requires all permissions for it, and would prompt for them on a terminal. */
export function mayReadProc(): boolean {
  return Deno.build.os === "linux" &&
    allPermissions.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

/** Maximum number of open descriptors of this process; undefined where it cannot be read. */
export function descriptorLimit(): number | undefined {
  if (!mayReadProc()) return undefined;
  const limits = Deno.readTextFileSync("/proc/self/limits");
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
