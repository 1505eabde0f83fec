import { printable, printableJson } from "../../core/log/mod.ts";
import { askAgent, refusal, restAddress } from "./ask_agent.ts";
import type { ConfigOptions } from "./config_options.ts";
import { exitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { readConfiguration } from "./read_configuration.ts";
import { ago, type Color, colored, table, wrap } from "./text.ts";

/** Options of {@linkcode showChanges}. */
export interface ChangesOptions extends ConfigOptions {
  /** Print the agent's answer as it is. */
  readonly isJson: boolean;
}

/** The part of one entry of `/api/v1/config/changes` that is printed. */
interface ChangeSet {
  readonly level: string;
  readonly dataKey: string;
  readonly revision: number;
  readonly state: string;
  readonly verdict?: string;
  readonly reason?: string;
  readonly attempts: number;
  /** ISO 8601, as the other times. */
  readonly seenAt: string;
  readonly pushedAt?: string;
  readonly settledAt?: string;
  readonly committedAt?: string;
}

/** A key that the agent does not take. */
interface Ignored {
  readonly key: string;
  readonly reason: string;
}

/** The answer of the agent; an older agent does not list ignored keys. */
interface ChangesAnswer {
  readonly changes: readonly ChangeSet[];
  readonly ignored?: readonly Ignored[];
}

/** Lists the recent change-sets of the running agent. */
export async function showChanges(
  { isJson, ...options }: ChangesOptions,
  io: CliIo,
): Promise<number> {
  const address = restAddress(await readConfiguration(options, io));
  const url = new URL("/api/v1/config/changes", address);
  const response = await askAgent(url, { signal: io.stop });
  if (!response.ok) throw await refusal("list the change-sets", response);
  const text = await response.text();
  if (isJson) io.out(printableJson(text.trimEnd()));
  else {
    const { changes, ignored = [] } = JSON.parse(text) as ChangesAnswer;
    const layout = { ...io, now: Date.now() };
    const reason = changes.length === 0 ? await pushProblem(address, io.stop) : undefined;
    for (const line of changeLines(changes, { ...layout, reason })) io.out(line);
    for (const line of ignoredLines(ignored, layout)) io.out(line);
  }
  return exitCode.fine;
}

/** What {@linkcode changeLines} needs beside the change-sets. */
export interface ChangesLayout extends Pick<CliIo, "width" | "hasColors"> {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Why there are no change-sets, if the agent knows it. */
  readonly reason?: string;
}

/** The problem that configuration push reports; undefined when it has none. */
export async function pushProblem(
  address: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const response = await askAgent(new URL("/api/v1/status", address), { signal });
  if (!response.ok) throw await refusal("read the status", response);
  const { plugins } = await response.json() as {
    plugins: readonly { name: string; reason?: string }[];
  };
  return plugins.find(({ name }) => name === "config_push")?.reason || undefined;
}

/** A table of the change-sets; the reason of one follows it, indented. */
export function changeLines(changes: readonly ChangeSet[], layout: ChangesLayout): string[] {
  if (changes.length === 0) return noChangesLines(layout);
  const rows = changes.map((change) => [
    change.level,
    change.dataKey,
    `${change.revision}`,
    outcomeOf(change),
    `${change.attempts}`,
    ago(Date.parse(lastTime(change)), layout.now),
  ]);
  const [head, ...lines] = table([
    ["LEVEL", "FILE", "REVISION", "STATE", "ATTEMPTS", "CHANGED"],
    ...rows,
  ]);
  return [
    head,
    ...lines.flatMap((line, at) => [
      painted(line, changes[at], layout.hasColors),
      ...(changes[at].reason
        ? wrap(changes[at].reason, layout.width - 4).map((text) => `    ${text}`)
        : []),
    ]),
  ];
}

/** That there are no change-sets, and why if that is known. */
export function noChangesLines(
  { reason, width }: Pick<ChangesLayout, "reason" | "width">,
): string[] {
  return wrap(`no change-sets${reason === undefined ? "" : `: ${reason}`}`, width, 4);
}

/** The ignored keys, each with its reason; nothing when there are none. */
export function ignoredLines(
  ignored: readonly Ignored[],
  { width }: Pick<ChangesLayout, "width">,
): string[] {
  if (ignored.length === 0) return [];
  return [
    "",
    "ignored keys:",
    ...ignored.flatMap(({ key, reason }) => [
      `  ${printable(key)}`,
      ...wrap(reason, width - 4).map((text) => `    ${text}`),
    ]),
  ];
}

function painted(line: string, change: ChangeSet, hasColors: boolean): string {
  const text = outcomeOf(change);
  return line.replace(text, colored(text, outcomeColor(change), hasColors));
}

/** The state, with the verdict when the state does not contain it. */
export function outcomeOf({ state, verdict }: Pick<ChangeSet, "state" | "verdict">): string {
  return verdict === undefined || verdict === state ? state : `${state} (${verdict})`;
}

/** Green for a success, red for a failure, yellow for what has no outcome yet. */
export function outcomeColor(
  { state, verdict = state }: Pick<ChangeSet, "state" | "verdict">,
): Color {
  if (verdict === "failed" || verdict === "timed_out") return "red";
  return verdict === "applied" || verdict === "unused" || state === "committed"
    ? "green"
    : "yellow";
}

function lastTime({ seenAt, pushedAt, settledAt, committedAt }: ChangeSet): string {
  return committedAt ?? settledAt ?? pushedAt ?? seenAt;
}
