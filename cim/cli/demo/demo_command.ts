import { describeError } from "../../../core/mod.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { table } from "../table.ts";
import type { Child, RunCommandLine } from "./child.ts";
import { howToTalk } from "./how_to_talk.ts";
import { demoLines, lastStep, liveSteps, type Stage, type Step } from "./steps.ts";
import { startSelf } from "./start_self.ts";
import { createWorkspace, demoNames, type Workspace } from "./workspace.ts";

/** Options of {@linkcode demoCommand}. */
export interface DemoOptions {
  /** Keep both processes running after the steps, until the operator stops them. */
  readonly stay: boolean;
}

/** What became of a step. */
interface StepResult {
  readonly promise: string;
  readonly verdict: "seen" | "NOT SEEN" | "skipped";
  readonly seen: string;
  readonly durationMs: number;
}

/** Longest demo without `--stay`; whatever has not been seen by then counts as not seen. */
const limitMs = 45_000;

/**
 * Shows the agent at work. Exit code 0 only if every step was seen.
 *
 * @param run Runs a command line in this process, for where no other can be started.
 */
export async function demoCommand(
  { stay }: DemoOptions,
  io: CliIo,
  run: RunCommandLine,
): Promise<number> {
  const begun = performance.now();
  const workspace = await createWorkspace();
  io.out(`folder ${workspace.folder}`);
  const results: StepResult[] = [];
  {
    const { folder, configPath } = workspace;
    await using agent = await startSelf(["run", "--config", configPath], { folder, run });
    const env = appEnvironment(workspace, stay);
    await using app = await startSelf(["sample-app"], { folder, env, run });
    io.out(
      agent.kind === "process"
        ? "agent and application are processes of their own"
        : "no permission to start processes: agent and application run inside this one",
    );
    // Ending them begins at once; the process does not wait for it.
    io.kill.addEventListener("abort", () => {
      for (const child of [agent, app]) child[Symbol.asyncDispose]();
    }, { once: true });
    const limit = AbortSignal.timeout(limitMs);
    const stage = { workspace, agent, app, signal: AbortSignal.any([io.stop, limit]) };
    for (const step of liveSteps) results.push(await take(step, stage, results, io));
    if (stay && allSeen(results)) await keepRunning(stage, io);
    results.push(await take(lastStep, { ...stage, signal: limit }, results, io));
    if (!allSeen(results)) tellEnds(agent, app, io);
  }
  io.out("");
  for (const line of summary(results)) io.out(line);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  if (!allSeen(results)) {
    io.out(`not everything was seen in ${seconds} s; the files are in ${workspace.folder}`);
    return exitCode.failed;
  }
  await Deno.remove(workspace.folder, { recursive: true });
  io.out(`everything was seen in ${seconds} s`);
  return exitCode.fine;
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

/** Observes one step and tells it; after one that was not seen the others have nothing to show. */
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

/** Both run until the operator stops the demo or one of them ends by itself. */
async function keepRunning({ workspace, agent, app }: Stage, io: CliIo): Promise<void> {
  for (const line of howToTalk(workspace)) io.out(line);
  const stopped = Promise.withResolvers<void>();
  io.stop.addEventListener("abort", () => stopped.resolve(), { once: true });
  if (io.stop.aborted) return;
  await Promise.race([stopped.promise, agent.exited, app.exited]);
}

function tellEnds(agent: Child, app: Child, io: CliIo): void {
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
