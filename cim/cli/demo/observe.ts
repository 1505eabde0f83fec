/**
 * What can be observed from outside of the agent.
 *
 * @module
 */
import { demoNames, type Workspace } from "./workspace.ts";

/** Time limit of one request. */
const answerLimitMs = 2_000;

/** Contents of the application's log files. */
export interface LogFiles {
  /** All lines in the order they were written. */
  readonly lines: readonly string[];
  readonly files: number;
}

/** Reads all files of the application's log, oldest first. */
export async function readLogFiles({ logs }: Pick<Workspace, "logs">): Promise<LogFiles> {
  const { pod, namespace, container, containerId } = demoNames;
  const base = `${pod}_${namespace}_${container}-${containerId}`;
  const names: string[] = [];
  for await (const { name } of Deno.readDir(logs)) if (name.startsWith(base)) names.push(name);
  // The name of a rotated file contains its time; the current file has none and is the newest.
  const rotated = names.filter((name) => name.endsWith(".log_bkp")).sort();
  const ordered = [...rotated, ...names.filter((name) => name === `${base}.log`)];
  const texts = await Promise.all(ordered.map((name) => Deno.readTextFile(`${logs}/${name}`)));
  return { lines: texts.join("").split("\n").slice(0, -1), files: ordered.length };
}

/** Checks that the lines are numbered 1, 2, 3, ... @throws {Error} With the first line that is not. */
export function checkSequence(lines: readonly string[]): void {
  lines.forEach((line, index) => {
    if (Number.parseInt(line, 10) === index + 1) return;
    throw new Error(`line ${index + 1} of the log files is "${line.slice(0, 60)}"`);
  });
}

/** Value of a key in the agent's store; undefined when it does not exist. */
export async function readKey(
  { restUrl }: Pick<Workspace, "restUrl">,
  key: string,
): Promise<string | undefined> {
  const response = await fetch(`${restUrl}/api/v1/kv/${key}`, { signal: answerLimit() });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`GET ${key} answered ${response.status}: ${text}`);
  return text;
}

/** Writes a change-set with a time to live, as the configuration service does. */
export async function putChangeSet(
  { restUrl }: Pick<Workspace, "restUrl">,
  key: string,
  patch: readonly unknown[],
): Promise<void> {
  const response = await fetch(`${restUrl}/api/v1/kv/${key}?ttl=60s`, {
    method: "PUT",
    body: JSON.stringify(patch),
    signal: answerLimit(),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`PUT ${key} answered ${response.status}: ${text}`);
}

/** Status and body of a GET. */
export async function get(
  { restUrl }: Pick<Workspace, "restUrl">,
  path: string,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${restUrl}${path}`, { signal: answerLimit() });
  return { status: response.status, text: await response.text() };
}

function answerLimit(): AbortSignal {
  return AbortSignal.timeout(answerLimitMs);
}

/** Sum of all samples of one metric in the text format of Prometheus. */
export function metricValue(text: string, name: string): number | undefined {
  const samples = text.split("\n").filter((line) =>
    line.startsWith(`${name} `) || line.startsWith(`${name}{`)
  );
  if (samples.length === 0) return undefined;
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
