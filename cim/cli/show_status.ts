import { printableJson } from "../../core/log/mod.ts";
import { askAgent, refusal, restAddress } from "./ask_agent.ts";
import type { ConfigOptions } from "./config_options.ts";
import { exitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { readConfiguration } from "./read_configuration.ts";
import { routeFigures, routeLines } from "./route_figures.ts";
import { ago, type Color, colored, span, table, wrap } from "./text.ts";

/** Options of {@linkcode showStatus}. */
export interface StatusOptions extends ConfigOptions {
  /** Print the agent's answer with the figures of the routes as one JSON document. */
  readonly isJson: boolean;
  /** List every plugin. */
  readonly isComplete: boolean;
}

/** State of one plugin, or of the agent. */
interface State {
  readonly state: string;
  readonly reason?: string;
  /** ISO 8601. */
  readonly since: string;
}

interface PluginLine extends State {
  readonly name: string;
}

/** The part of `/api/v1/status` that is printed. */
interface StatusAnswer extends State {
  readonly plugins: readonly PluginLine[];
}

const colors: Readonly<Record<string, Color>> = {
  ok: "green",
  degraded: "yellow",
  init: "yellow",
  error: "red",
};

/** States that are problems, the worst first. */
const problemStates: readonly string[] = ["error", "init", "degraded"];

/** Prints the status of the running agent and the figures of its routes. Exit code 0 when it is `ok`, else 1. */
export async function showStatus(
  { isJson, isComplete, ...options }: StatusOptions,
  io: CliIo,
): Promise<number> {
  const address = restAddress(await readConfiguration(options, io));
  const response = await askAgent(new URL("/api/v1/status", address), { signal: io.stop });
  if (!response.ok) throw await refusal("read the status", response);
  const answer = await response.json() as StatusAnswer;
  const metrics = await askAgent(new URL("/metrics", address), { signal: io.stop });
  if (!metrics.ok) throw await refusal("read the figures of the routes", metrics);
  const figures = routeFigures(await metrics.text());
  if (isJson) {
    io.out(printableJson(JSON.stringify({ ...answer, ...figures })));
    return codeOf(answer);
  }
  const { width, hasColors } = io;
  for (const line of statusLines(answer, { width, hasColors, isComplete, now: Date.now() })) {
    io.out(line);
  }
  const routes = routeLines(figures, width);
  for (const line of routes.length > 0 ? ["", ...routes] : []) io.out(line);
  return codeOf(answer);
}

function codeOf({ state }: StatusAnswer): number {
  return state === "ok" ? exitCode.fine : exitCode.failed;
}

/** What {@linkcode statusLines} needs beside the answer. */
export interface StatusLayout extends Pick<CliIo, "width" | "hasColors"> {
  readonly isComplete: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The status as lines: problems first, then notes of healthy plugins, then one line about the healthy plugins. */
export function statusLines(answer: StatusAnswer, layout: StatusLayout): string[] {
  const { width, hasColors, isComplete, now } = layout;
  const paint = (state: string) =>
    state in colors ? colored(state, colors[state], hasColors) : state;
  const since = (state: State) => ago(Date.parse(state.since), now);
  const line = (name: string, { state, since }: State) =>
    `${name}: ${paint(state)} for ${span(Math.max(0, now - Date.parse(since)) / 1_000)}`;
  const of = (state: string) => answer.plugins.filter((plugin) => plugin.state === state);
  const lines = [line("agent", answer)];
  for (const problem of problemStates.flatMap(of)) {
    lines.push("", line(problem.name, problem));
    if (problem.reason) lines.push(...indented(problem.reason, width));
  }
  lines.push("");
  if (isComplete) return [...lines, ...table(rowsOf(answer, since))];
  for (const { name, reason } of of("ok").filter(({ reason }) => reason)) {
    lines.push(...wrap(`note: ${name}: ${reason}`, width, 2));
  }
  const counts = ["ok", "disabled"].map((state) => `${of(state).length} ${state}`);
  const total = answer.plugins.length === 1 ? "1 plugin" : `${answer.plugins.length} plugins`;
  lines.push(`${total}: ${counts.join(", ")}; cim status --all lists them`);
  return lines;
}

function rowsOf(answer: StatusAnswer, since: (state: State) => string): string[][] {
  const rank = ({ state }: State) => (problemStates.indexOf(state) + 4) % 4;
  const sorted = answer.plugins.toSorted((a, b) => rank(a) - rank(b));
  return [
    ["PLUGIN", "STATE", "SINCE"],
    ...sorted.map((plugin) => [plugin.name, plugin.state, since(plugin)]),
  ];
}

function indented(text: string, width: number): string[] {
  return wrap(text, width - 2).map((line) => `  ${line}`);
}
