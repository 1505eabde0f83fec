import { printable, printableJson } from "../../../core/log/mod.ts";
import type { ChangeDescription, PatchDescription } from "../../config_push/mod.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { noChangesLines, outcomeColor, outcomeOf } from "../show_changes.ts";
import { colored, wrap } from "../text.ts";
import { placeText } from "./place.ts";
import { AgentHistory, type HistoryOptions } from "./read_history.ts";

/** Options of {@linkcode showLog}. */
export interface LogOptions extends HistoryOptions {
  /** Most change-sets to print; Infinity for all. */
  readonly count: number;
  /** Print one JSON document. */
  readonly isJson: boolean;
}

/** Most places that are printed of a change-set. */
const maxPaths = 8;

/** Lists change-sets with what they changed, newest first. */
export async function showLog(options: LogOptions, io: CliIo): Promise<number> {
  const { count, isJson } = options;
  const history = await AgentHistory.open(options, io);
  const changes = (await history.changes()).slice(0, count);
  const patches = new Map((await history.patches()).map((patch) => [patch.key, patch]));
  if (isJson) {
    const entries = changes.map((change) => ({
      ...change,
      paths: pathsOf(patches.get(change.key)),
    }));
    io.out(printableJson(JSON.stringify({ changes: entries }, null, 2)));
    return exitCode.fine;
  }
  if (changes.length === 0) {
    const reason = await history.problem();
    for (const line of noChangesLines({ ...io, reason })) io.out(line);
  }
  for (const change of changes) {
    for (const line of logLines(change, patches.get(change.key), io)) io.out(line);
  }
  return exitCode.fine;
}

/** One change-set: revision, file, result and time, then the places that it changed and the reason. */
export function logLines(
  change: ChangeDescription,
  patch: PatchDescription | undefined,
  { width, hasColors }: Pick<CliIo, "width" | "hasColors">,
): string[] {
  const { revision, level, dataKey, reason, settledAt, seenAt, replayedAt } = change;
  const result = colored(outcomeOf(change), outcomeColor(change), hasColors);
  const time = (settledAt ?? seenAt).replace(/\.\d+Z$/, "Z");
  const replayed = replayedAt === undefined ? "" : ", pushed again";
  const paths = pathsOf(patch);
  const more = paths.length > maxPaths ? [`and ${paths.length - maxPaths} more`] : [];
  const changed = [...paths.slice(0, maxPaths).map(placeText), ...more].join(" ");
  return [
    `${revision} ${level} ${printable(dataKey)}: ${result} ${time}${replayed}`,
    ...(changed === "" ? [] : indented(changed, width)),
    ...(patch?.missing === undefined ? [] : indented(`(${patch.missing})`, width)),
    ...(reason === "" ? [] : indented(reason, width)),
  ];
}

function pathsOf(patch: PatchDescription | undefined): string[] {
  const operations = patch?.operations ?? [];
  const paths = operations.filter(({ op }) => op !== "test").map(({ path }) => path);
  return [...new Set(paths)];
}

function indented(text: string, width: number): string[] {
  return wrap(text, width - 4).map((line) => `    ${line}`);
}
