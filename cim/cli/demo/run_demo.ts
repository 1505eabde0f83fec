import { describeError } from "../../../core/mod.ts";
import type { RunCommandLine } from "../command_line.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { table } from "../text.ts";
import type { Child } from "./child.ts";
import { howToTalk } from "./how_to_talk.ts";
import { startChild } from "./start_child.ts";
import { demoLines, lastStep, liveSteps, type Stage, type Step } from "./steps.ts";
import { createWorkspace, demoNames, type Workspace } from "./workspace.ts";

/** Options of {@linkcode runDemo}. */
export interface DemoOptions {
  /** Keep agent and application running after the steps, until `io.stop` aborts. */
  readonly stay: boolean;
}

/** Outcome of a step. */
interface StepResult {
  readonly promise: string;
  readonly verdict: "seen" | "NOT SEEN" | "skipped";
  readonly seen: string;
  readonly durationMs: number;
}

/** Time limit of all steps together; a step that is not seen by then counts as not seen. */
const limitMs = 45_000;

/**
 * Runs the steps and prints what was seen. Exit code 0 if every step was seen, else 1.
 *
 * @param run Runs a command line in this process; used if no process may be started.
 */
export async function runDemo(
  { stay }: DemoOptions,
  io: CliIo,
  run: RunCommandLine,
): Promise<number> {
  const workspace = await createWorkspace();
  const { folder } = workspace;
  io.out(`folder ${folder}`);
  // The process ends right after `kill`, before anything else could remove the folder.
  const onKill = () => removeFolder(folder);
  io.kill.addEventListener("abort", onKill, { once: true });
  let isKept = false;
  try {
    const areSeen = await runSteps(workspace, { stay }, io, run);
    if (areSeen) return exitCode.fine;
    isKept = !io.stop.aborted;
    io.out(isKept ? `the files are in ${folder}` : `stopped by ${io.stop.reason}`);
    return exitCode.failed;
  } finally {
    io.kill.removeEventListener("abort", onKill);
    if (!isKept) removeFolder(folder);
  }
}

/** Removes the folder, if it is still there. */
function removeFolder(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Runs the steps, prints the results, and tells whether all were seen. */
async function runSteps(
  workspace: Workspace,
  { stay }: DemoOptions,
  io: CliIo,
  run: RunCommandLine,
): Promise<boolean> {
  const begun = performance.now();
  const results: StepResult[] = [];
  {
    const { folder, configPath } = workspace;
    await using agent = await startChild(["run", "--config", configPath], { folder, run });
    const env = appEnvironment(workspace, stay);
    await using app = await startChild(["sample-app"], { folder, env, run });
    io.out(
      agent.kind === "process"
        ? "agent and application run as two processes"
        : "agent and application run inside this process, since it may not start others",
    );
    // The process ends right after `kill`, so this only begins to end the children.
    io.kill.addEventListener("abort", () => {
      for (const child of [agent, app]) child[Symbol.asyncDispose]();
    }, { once: true });
    const limit = AbortSignal.timeout(limitMs);
    const stage = { workspace, agent, app, signal: AbortSignal.any([io.stop, limit]) };
    for (const step of liveSteps) results.push(await take(step, stage, results, io));
    if (stay && allSeen(results)) await keepRunning(stage, io);
    results.push(await take(lastStep(agent), { ...stage, signal: limit }, results, io));
    if (!allSeen(results)) printLastLines(agent, app, io);
  }
  io.out("");
  for (const line of summary(results)) io.out(line);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const areSeen = allSeen(results);
  io.out(`${areSeen ? "" : "not "}everything was seen in ${seconds} s`);
  return areSeen;
}

function appEnvironment(workspace: Workspace, stay: boolean): Record<string, string> {
  return {
    SAMPLE_REST_URL: workspace.restUrl,
    SAMPLE_NATS_URL: workspace.natsUrl,
    SAMPLE_APP_PORT: `${workspace.appPort}`,
    SAMPLE_CONTAINER_NAME: demoNames.container,
    SAMPLE_CONTAINER_ID: demoNames.containerId,
    SAMPLE_LOG_LINES: `${demoLines}`,
    SAMPLE_LOG_INTERVAL: stay ? "2" : "0",
  };
}

/** Observes one step and prints the result; the steps after a failed one are skipped. */
async function take(
  { promise, observe }: Step,
  stage: Stage,
  earlier: readonly StepResult[],
  io: CliIo,
): Promise<StepResult> {
  if (!allSeen(earlier)) return { promise, verdict: "skipped", seen: "", durationMs: 0 };
  const begun = performance.now();
  let result: Pick<StepResult, "verdict" | "seen">;
  try {
    result = { verdict: "seen", seen: await observe(stage) };
  } catch (error) {
    result = { verdict: "NOT SEEN", seen: describeError(error) };
  }
  io.out(`${result.verdict}: ${promise}: ${result.seen}`);
  return { promise, ...result, durationMs: performance.now() - begun };
}

/** Waits until `io.stop` aborts or one of the two ends. */
async function keepRunning({ workspace, agent, app }: Stage, io: CliIo): Promise<void> {
  for (const line of howToTalk(workspace)) io.out(line);
  const stopped = Promise.withResolvers<void>();
  io.stop.addEventListener("abort", () => stopped.resolve(), { once: true });
  if (io.stop.aborted) return;
  await Promise.race([stopped.promise, agent.exited, app.exited]);
}

function printLastLines(agent: Child, app: Child, io: CliIo): void {
  for (const [name, { lines }] of [["agent", agent], ["application", app]] as const) {
    io.err(`last lines of the ${name}:`);
    for (const line of lines.slice(-20)) io.err(`  ${line}`);
  }
}

function summary(results: readonly StepResult[]): string[] {
  return table([
    ["STEP", "RESULT", "TIME"],
    ...results.map(({ promise, verdict, durationMs }) => [
      promise,
      verdict,
      `${Math.round(durationMs)} ms`,
    ]),
  ]);
}

function allSeen(results: readonly StepResult[]): boolean {
  return results.every(({ verdict }) => verdict === "seen");
}
