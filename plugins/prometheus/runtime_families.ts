/**
 * Metrics of the process, under the names of prom-client's default collectors. Those collectors are not used: several
 * are empty or wrong under Deno (garbage collection, active handles, loop delay).
 *
 * @module
 */
import { builtin, counter, gauge, type MetricFamily } from "../../core/mod.ts";
import { descriptorLimit, mayReadProc } from "../http/mod.ts";

/**
 * The families. The number of open descriptors is included only if the program has all permissions: Deno requires them
 * for `/proc/self/fd`, and would otherwise prompt on a terminal and block the scrape.
 */
export function runtimeFamilies(): MetricFamily[] {
  const startedS = performance.timeOrigin / 1_000;
  const user = () => builtin("node:process").cpuUsage().user / 1e6;
  const system = () => builtin("node:process").cpuUsage().system / 1e6;
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
    ...(mayReadProc()
      ? [
        gauge("process_open_fds", "Open file descriptors.", openDescriptors),
        gauge("process_max_fds", "Maximum open file descriptors.", () => descriptorLimit() ?? NaN),
      ]
      : []),
    {
      type: "gauge",
      name: "deno_version_info",
      help: "Versions of the runtime.",
      collect: () => [{ labels: { version: Deno.version.deno, v8: Deno.version.v8 }, value: 1 }],
    },
  ];
}

function openDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
