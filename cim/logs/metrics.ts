/**
 * The metrics of the log route, XGVela's names first. They are read when somebody scrapes.
 *
 * @module
 */
import { type MetricFamily, type Sample } from "../../core/metrics/mod.ts";
import type { LogRoute } from "./log_route.ts";

/** The families of one route; those of XGVela carry the label `pod`. */
export function logMetrics(route: LogRoute, podName: string): MetricFamily[] {
  const labels = { pod: podName };
  function ofPod(
    type: "counter" | "gauge",
    name: string,
    help: string,
    read: () => number,
  ): MetricFamily {
    return { type, name, help, collect: () => [{ labels, value: read() }] };
  }
  function plain(
    type: "counter" | "gauge",
    name: string,
    help: string,
    read: () => number,
  ): MetricFamily {
    return { type, name, help, collect: read };
  }
  const { telemetry, files, stdout } = route;
  return [
    ...route.meter.families(podName),
    ofPod(
      "counter",
      "cim_total_messages_counter",
      "Valid LOG messages.",
      () => route.messages,
    ),
    ofPod("counter", "cim_total_bytes_counter", "Payload bytes of LOG messages.", () => {
      return route.payloadBytes;
    }),
    ofPod("gauge", "cim_packet_size", "Payload bytes of the last LOG message.", () => {
      return route.lastPayloadBytes;
    }),
    ofPod("counter", "Total_msg_count", "Log lines taken for any destination.", () => {
      return files.book.accepted + stdout.book.accepted;
    }),
    ofPod("counter", "Total_msg_write_to_file", "Log lines written to files.", () => {
      return files.book.delivered;
    }),
    ofPod("counter", "Total_msg_sent_to_tcp", "Log lines sent to a TCP collector.", () => 0),
    ofPod("counter", "tcp_disconnect_count", "Lost connections to a TCP collector.", () => 0),
    {
      type: "counter",
      name: "cim_log_malformed_total",
      help: "LOG payloads that are no LogMessages, by fault.",
      collect: () =>
        [...route.faults].map(([fault, value]): Sample => ({ labels: { fault }, value })),
    },
    plain("gauge", "cim_log_open_files", "Log files open.", () => files.openFiles),
    {
      type: "gauge",
      name: "cim_log_backlog_bytes",
      help: "Bytes waiting to be written.",
      collect: () => [
        { labels: { destination: "file" }, value: files.backlog.bytes },
        { labels: { destination: "stdout" }, value: stdout.backlog.bytes },
      ],
    },
    plain("gauge", "cim_log_paused", "1 while publishers are made to wait.", () => {
      return route.isPaused ? 1 : 0;
    }),
    plain("counter", "cim_log_pauses_total", "Times publishers were made to wait.", () => {
      return telemetry.pauses;
    }),
    plain("gauge", "cim_log_outages", "Destinations that cannot be written now.", () => {
      return telemetry.outages;
    }),
    plain("counter", "cim_log_write_failures_total", "Attempts to write that failed.", () => {
      return telemetry.writeFailures;
    }),
    plain("counter", "cim_log_overflow_lines_total", "Lines in the shared overflow file.", () => {
      return telemetry.overflowLines;
    }),
    plain("counter", "cim_log_torn_bytes_total", "Bytes of torn lines cut off.", () => {
      return telemetry.tornBytes;
    }),
    plain("counter", "cim_log_prune_failures_total", "Backups that could not be deleted.", () => {
      return telemetry.pruneFailures;
    }),
  ];
}
