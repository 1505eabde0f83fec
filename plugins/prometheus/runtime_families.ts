/**
 * Metrics of the process, under the names that prom-client's own collectors use. Those collectors are not used:
 * several say nothing or the wrong thing under Deno (garbage collection, active handles, loop delay).
 *
 * @module
 */
import process from "node:process";
import { counter, gauge, type MetricFamily } from "../../core/mod.ts";

/** The families. Open descriptors are shown only where `/proc` may be read. */
export function runtimeFamilies(): MetricFamily[] {
  const startedS = performance.timeOrigin / 1_000;
  const user = () => process.cpuUsage().user / 1e6;
  const system = () => process.cpuUsage().system / 1e6;
  return [
    counter("process_cpu_user_seconds_total", "User CPU time.", user),
    counter("process_cpu_system_seconds_total", "System CPU time.", system),
    counter("process_cpu_seconds_total", "User and system CPU time.", () => user() + system()),
    gauge("process_start_time_seconds", "Start time, seconds since 1970.", () => startedS),
    gauge("process_resident_memory_bytes", "Resident memory.", () => Deno.memoryUsage().rss),
    gauge("nodejs_heap_size_total_bytes", "Heap reserved.", () => Deno.memoryUsage().heapTotal),
    gauge("nodejs_heap_size_used_bytes", "Heap in use.", () => Deno.memoryUsage().heapUsed),
    gauge(
      "nodejs_external_memory_bytes",
      "Memory outside the heap held by it.",
      () => Deno.memoryUsage().external,
    ),
    {
      type: "gauge",
      name: "process_open_fds",
      help: "Open file descriptors.",
      collect: () => {
        const value = openDescriptors();
        return value === undefined ? [] : [{ value }];
      },
    },
    {
      type: "gauge",
      name: "deno_version_info",
      help: "Versions of the runtime.",
      collect: () => [{ labels: { version: Deno.version.deno, v8: Deno.version.v8 }, value: 1 }],
    },
  ];
}

function openDescriptors(): number | undefined {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].length;
  } catch {
    // No such folder on this system, or no permission to read it: the sample is left out.
    return undefined;
  }
}
