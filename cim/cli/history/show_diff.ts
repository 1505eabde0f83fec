import { AgentError } from "../../../core/mod.ts";
import { printable, printableJson } from "../../../core/log/mod.ts";
import type { PatchDescription } from "../../config_push/mod.ts";
import { cliErrors } from "../errors.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { type Color, colored } from "../text.ts";
import { type FileChanges, fileChanges, type ValueChange } from "./file_changes.ts";
import { placeText } from "./place.ts";
import { AgentHistory, type HistoryOptions } from "./read_history.ts";

/** Options of {@linkcode showDiff}. */
export interface DiffOptions extends HistoryOptions {
  /** First revision: the one whose changes are shown, or the one before them when there is a `to`. */
  readonly from: number;
  /** Last revision; undefined for the changes of `from` alone. */
  readonly to: number | undefined;
  /** Print one JSON document. */
  readonly isJson: boolean;
}

/** Most characters of a value that are printed. */
const maxValue = 200;

/** Prints what changed in one revision, or after one revision up to another. */
export async function showDiff(options: DiffOptions, io: CliIo): Promise<number> {
  const { from, to, isJson } = options;
  const history = await AgentHistory.open(options, io);
  const patches = await history.patches();
  checkKept(patches, options);
  const files = fileChanges(
    patches,
    to === undefined
      ? { first: from, last: from, hasRefused: true }
      : { first: from + 1, last: to, hasRefused: false },
  );
  if (isJson) io.out(printableJson(JSON.stringify({ files }, null, 2)));
  else for (const line of files.flatMap((file) => diffLines(file, io))) io.out(line);
  return exitCode.fine;
}

/** The changes of one file, one on a line. */
export function diffLines(
  { level, dataKey, revisions, changes, leftOut }: FileChanges,
  { hasColors }: Pick<CliIo, "hasColors">,
): string[] {
  const noun = revisions.length === 1 ? "revision" : "revisions";
  return [
    `${level} ${printable(dataKey)}, ${noun} ${revisions.join(", ")}`,
    ...changes.map((change) => {
      const { mark, color, text } = shown(change);
      return `  ${colored(`${mark} ${placeText(change.path)}${text}`, color, hasColors)}`;
    }),
    ...leftOut.map(({ revision, reason }) => `  ! revision ${revision}: ${printable(reason)}`),
  ];
}

function shown(change: ValueChange): { mark: string; color: Color; text: string } {
  switch (change.kind) {
    case "set": {
      const { before, after, isAdded } = change;
      const text = before === undefined ? value(after) : `${value(before)} -> ${value(after)}`;
      const isNew = isAdded && before === undefined;
      return { mark: isNew ? "+" : "~", color: isNew ? "green" : "yellow", text: `: ${text}` };
    }
    case "unset": {
      const { before } = change;
      return { mark: "-", color: "red", text: before === undefined ? "" : `: ${value(before)}` };
    }
    case "move":
      return { mark: ">", color: "yellow", text: ` moved from ${placeText(change.from)}` };
    case "copy":
      return { mark: ">", color: "yellow", text: ` copied from ${placeText(change.from)}` };
  }
}

function value(any: unknown): string {
  const text = JSON.stringify(any) ?? "(no value)";
  return printableJson(text.length > maxValue ? `${text.slice(0, maxValue)}...` : text);
}

/** Refuses a last revision that the agent does not have: nothing would say that changes are missing. */
function checkKept(patches: readonly PatchDescription[], { from, to = from }: DiffOptions): void {
  if (patches.some(({ revision }) => revision === to)) return;
  const kept = [...new Set(patches.map(({ revision }) => revision))].toSorted((a, b) => a - b);
  const known = kept.length > 0 ? `it has ${kept.slice(-20).join(", ")}` : "it has none";
  throw new AgentError(
    cliErrors.change_set_missing,
    `Cannot show revision ${to}: the agent has no such change-set; ${known}`,
  );
}
