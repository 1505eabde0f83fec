import { AgentError, pause, systemClock } from "../../../core/mod.ts";
import { printable } from "../../../core/log/mod.ts";
import type { ChangeDescription } from "../../config_push/mod.ts";
import { cliErrors } from "../errors.ts";
import { exitCode, UsageError } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { outcomeOf } from "../show_changes.ts";
import { AgentHistory, type HistoryOptions } from "./read_history.ts";

/** Options of {@linkcode replayChange}. */
export interface ReplayOptions extends HistoryOptions {
  /** Revision of the change-set. */
  readonly revision: number;
}

const pollMs = 250;
const pendingStates: readonly string[] = ["seen", "retrying", "pushed"];

/**
 * Has the agent push a change-set to the application again, and waits for the outcome, which the agent's own time
 * limit ends. Ends with 1 unless the application applied it or does not use it.
 */
export async function replayChange(options: ReplayOptions, io: CliIo): Promise<number> {
  const history = await AgentHistory.open(options, io);
  const { key } = chosen(await history.changes(), options);
  await history.replay(key);
  io.err("cim: pushed again; waiting for the answer of the application");
  while (true) {
    const change = (await history.changes()).find((one) => one.key === key);
    if (change && !pendingStates.includes(change.state)) return report(change, io);
    await pause(systemClock, pollMs, io.stop);
    io.stop.throwIfAborted();
  }
}

function report(change: ChangeDescription, io: CliIo): number {
  const { level, dataKey, revision, verdict, reason } = change;
  const end = reason === "" ? "" : `: ${reason}`;
  io.out(printable(`revision ${revision} of ${level} ${dataKey} ${outcomeOf(change)}${end}`));
  return verdict === "applied" || verdict === "unused" ? exitCode.fine : exitCode.failed;
}

function chosen(
  changes: readonly ChangeDescription[],
  { revision }: ReplayOptions,
): ChangeDescription {
  const found = changes.filter((change) => change.revision === revision);
  if (found.length > 1) {
    const names = found.map(({ level, dataKey }) => `${level} ${dataKey}`).join(", ");
    throw new UsageError(
      `revision ${revision} has several change-sets: ${names}; choose one with --level and --file`,
    );
  }
  if (found.length === 1) return found[0];
  throw new AgentError(
    cliErrors.change_set_missing,
    `Cannot replay revision ${revision}: the agent has no such change-set; list them with ` +
      "`cim config log`",
  );
}
