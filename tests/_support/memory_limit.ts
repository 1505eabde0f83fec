import { until } from "./until.ts";

/** A limit for the memory of processes, page cache included; removed when disposed, after its processes have ended. */
export interface MemoryLimit extends AsyncDisposable {
  /** Command that starts the command in its last arguments within the limit. */
  readonly wrapper: readonly string[];
  /** Processes that the system has killed because of the limit. */
  kills(): number;
}

/** File names of the limit and of the number of kills, in both versions of control groups. */
const versions = [
  { limit: "memory.limit_in_bytes", kills: "memory.oom_control" },
  { limit: "memory.max", kills: "memory.events" },
];

/** Makes a control group below that of this process; undefined where that is not allowed. */
export function memoryLimit(bytes: number): MemoryLimit | undefined {
  const parent = ownGroup();
  if (parent === undefined) return undefined;
  const path = `${parent}/cim-test-${crypto.randomUUID()}`;
  try {
    Deno.mkdirSync(path);
  } catch {
    // Not root, or the file system of the groups is read-only: the caller leaves its test out.
    return undefined;
  }
  const version = versions.find(({ limit }) => exists(`${path}/${limit}`));
  if (version === undefined) {
    Deno.removeSync(path);
    return undefined;
  }
  Deno.writeTextFileSync(`${path}/${version.limit}`, `${bytes}`);
  return {
    wrapper: ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', path],
    kills() {
      const text = Deno.readTextFileSync(`${path}/${version.kills}`);
      return Number(/^oom_kill (\d+)$/m.exec(text)![1]);
    },
    async [Symbol.asyncDispose]() {
      await until("the processes of the group have ended", () => {
        return Deno.readTextFileSync(`${path}/cgroup.procs`) === "";
      });
      Deno.removeSync(path);
    },
  };
}

/** Whether this process may limit the memory of others. */
export async function canLimitMemory(): Promise<boolean> {
  const limit = memoryLimit(1_073_741_824);
  await limit?.[Symbol.asyncDispose]();
  return limit !== undefined;
}

/** Folder of the control group of this process; undefined where there are none. */
function ownGroup(): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const groups = Deno.readTextFileSync("/proc/self/cgroup");
  const [, first] = /^\d+:memory:(.*)$/m.exec(groups) ?? [];
  if (first !== undefined) return `/sys/fs/cgroup/memory${first}`;
  const [, second] = /^0::(.*)$/m.exec(groups) ?? [];
  return second === undefined ? undefined : `/sys/fs/cgroup${second}`;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
