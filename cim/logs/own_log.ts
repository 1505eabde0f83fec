/**
 * The agent's own log in a file beside those of the application.
 *
 * @module
 */
import { formatText, type LogSink } from "../../core/log/mod.ts";
import type { LogRoute } from "./log_route.ts";

/** Container name of the agent's own log, fixed by the contract. */
const ownContainer = "cim";

/**
 * A sink that appends records to the file of the container `cim`, as text. It follows `cim_file_log`, and
 * never blocks: what passes the bound of the route is dropped and counted there.
 */
export function ownLogSink(route: LogRoute, containerId: string): LogSink {
  const encoder = new TextEncoder();
  return (entry) => route.append(ownContainer, containerId, encoder.encode(formatText(entry)));
}
