/**
 * The metrics of the log route, those with XGVela's names first. They are read when they are scraped.
 *
 * @module
 */
import { counter, gauge, type MetricFamily, type Sample } from "../../core/metrics/mod.ts";
import type { CreatedLogRoute } from "./create_log_route.ts";

/** The families of one route; those of XGVela have the label `pod`. */
export function logMetrics(
  created: CreatedLogRoute,
  podName: string,
): MetricFamily[] {
  const { route, files } = created;
  const labels = { pod: podName };
  function ofPod(
    type: "counter" | "gauge",
    name: string,
    help: string,
    read: () => number,
  ): MetricFamily {
    return { type, name, help, collect: () => [{ labels, value: read() }] };
  }
  const { telemetry, destinations } = route;
  const accepted = () => destinations.reduce((sum, { book }) => sum + book.accepted, 0);
  return [
    ...route.meter.families(podName),
    ...route.receipts.families(),
    ofPod("counter", "cim_total_messages_counter", "Valid LOG messages.", () => route.messages),
    ofPod("counter", "cim_total_bytes_counter", "Payload bytes of LOG messages.", () => {
      return route.payloadBytes;
    }),
    ofPod("gauge", "cim_packet_size", "Payload bytes of the last LOG message.", () => {
      return route.lastPayloadBytes;
    }),
    ofPod("counter", "Total_msg_count", "Log lines accepted by all destinations.", accepted),
    ofPod("counter", "Total_msg_write_to_file", "Log lines written to files.", () => {
      return files.book.delivered;
    }),
    ofPod("counter", "Total_msg_sent_to_tcp", "Log lines sent to a TCP collector.", () => {
      return created.tcp?.lines.book.delivered ?? 0;
    }),
    ofPod("counter", "tcp_disconnect_count", "Lost connections to a TCP collector.", () => {
      return created.tcp?.sender.disconnects ?? 0;
    }),
    {
      type: "counter",
      name: "cim_log_malformed_total",
      help: "LOG payloads rejected as malformed, by fault.",
      collect: () =>
        [...route.faults].map(([fault, value]): Sample => ({ labels: { fault }, value })),
    },
    gauge("cim_log_open_files", "Open log files of containers.", () => files.openFiles),
    {
      type: "gauge",
      name: "cim_log_backlog_bytes",
      help: "Bytes that wait to be written, by destination.",
      collect: () =>
        destinations.map(({ name, backlog }): Sample => ({
          labels: { destination: name },
          value: backlog.bytes,
        })),
    },
    gauge("cim_log_paused", "1 while publishers are paused, else 0.", () => {
      return route.isPaused ? 1 : 0;
    }),
    counter("cim_log_pauses_total", "Times publishers were paused.", () => route.pauses),
    gauge("cim_log_outages", "Files, folders and streams that cannot be written now.", () => {
      return telemetry.outages;
    }),
    counter("cim_log_write_failures_total", "Failed attempts to write.", () => {
      return telemetry.writeFailures;
    }),
    counter("cim_log_overflow_lines_total", "Lines in the shared overflow file.", () => {
      return telemetry.overflowLines;
    }),
    counter("cim_log_torn_bytes_total", "Bytes of torn lines cut off log files.", () => {
      return telemetry.tornBytes;
    }),
    counter(
      "cim_log_prune_failures_total",
      "Failed attempts to delete a backup or an old log file.",
      () => {
        return telemetry.pruneFailures;
      },
    ),
  ];
}
