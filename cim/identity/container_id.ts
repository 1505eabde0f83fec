/**
 * The id of the container this process runs in. With cgroup v1 it stands in the process's cgroup path;
 * with cgroup v2 and a namespace of its own that path is `/`, and the id is found where the container
 * runtime's own files are mounted from.
 *
 * @module
 */

const cgroupId = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;
/** Docker and CRI-O keep a container's files below its id. A pod's sandbox has an id, too: not that. */
const mountId = /\/(?:overlay-)?containers\/([0-9a-f]{64})\//;

/**
 * Finds the id, or an empty text when neither file tells.
 *
 * @param readText Reads a file; undefined when it cannot be read.
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
