/**
 * Finds the id of the container that this process runs in. With cgroup v1 it is part of the process's cgroup path.
 * With cgroup v2 and a private cgroup namespace that path is `/`; then the id is part of the source of the mounts
 * that the container runtime made.
 *
 * @module
 */

const cgroupId = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;
/** Docker and CRI-O keep the files of a container in a folder named by its id. The id of a pod sandbox must not match. */
const mountId = /\/(?:overlay-)?containers\/([0-9a-f]{64})\//;

/**
 * Finds the id; an empty string when neither file contains it.
 *
 * @param readText Returns the text of a file, or undefined if it cannot be read.
 */
export function findContainerId(readText: (path: string) => string | undefined): string {
  for (const line of (readText("/proc/self/cgroup") ?? "").split("\n")) {
    const match = cgroupId.exec(line.slice(line.lastIndexOf("/")));
    if (match) return match[1];
  }
  for (const line of (readText("/proc/self/mountinfo") ?? "").split("\n")) {
    const root = line.split(" ")[3] ?? "";
    const match = mountId.exec(root) ?? (isCgroupMount(line) ? cgroupId.exec(root) : null);
    if (match) return match[1];
  }
  return "";
}

function isCgroupMount(line: string): boolean {
  return / - cgroup2? /.test(line);
}
