/**
 * The steps of the demo. Each returns what was observed in a few words, or throws an error that says what was not.
 *
 * @module
 */
import type { Child } from "./child.ts";
import { checkSequence, get, metricValue, putChangeSet, readKey, readLogFiles } from "./observe.ts";
import { outageLosesNothing } from "./outage.ts";
import { until } from "./until.ts";
import type { Workspace } from "./workspace.ts";

/** What the steps work with. */
export interface Stage {
  readonly workspace: Workspace;
  readonly agent: Child;
  readonly app: Child;
  readonly signal: AbortSignal;
}

/** One promised behaviour and how it is observed. */
export interface Step {
  readonly promise: string;
  observe(stage: Stage): Promise<string>;
}

/** Number of lines that the application publishes: enough to rotate the log file. */
export const demoLines = 12_000;

/** The steps while agent and application run, in order. */
export const liveSteps: readonly Step[] = [
  { promise: "the agent answers", observe: agentAnswers },
  { promise: "the application registers", observe: appRegisters },
  { promise: "its log lines are written to rotated files", observe: logsArrive },
  { promise: "a change-set reaches it as POST /updateConfig", observe: changeSetArrives },
  { promise: "its CONFIG reply becomes the commit key", observe: replyIsCommitted },
  { promise: "a change-set for cim.json changes the flush timeout", observe: agentReconfigures },
  { promise: "an invalid change-set commits -1 with a reason", observe: invalidIsRefused },
  {
    promise: "an outage of a TCP log collector loses no line",
    observe: ({ workspace, signal }) => outageLosesNothing(workspace, signal),
  },
  { promise: "/metrics, /liveness and /readiness answer", observe: probesAnswer },
];

/** The last step, which ends the agent. Inside the process of the demo a stop request replaces the signal. */
export function lastStep({ kind }: Pick<Child, "kind">): Step {
  const promise = kind === "process"
    ? "SIGTERM drains and exits 0"
    : "a stop request drains and ends with 0 (no signal: one process)";
  return { promise, observe: agentDrains };
}

async function agentAnswers({ workspace, signal }: Stage): Promise<string> {
  const begun = performance.now();
  await until("an answer of /liveness", async () => {
    const { status } = await get(workspace, "/liveness");
    return status === 200 || undefined;
  }, { limitMs: 20_000, signal });
  return `/liveness 200 after ${since(begun)} ms`;
}

async function appRegisters(stage: Stage): Promise<string> {
  const { workspace, signal } = stage;
  await appSays(stage, /^registered$/);
  const value = await until("the first commit key", () => readKey(workspace, workspace.commitKey), {
    signal,
  });
  return `the application printed it, and ${workspace.commitKey} is ${value}`;
}

async function logsArrive(stage: Stage): Promise<string> {
  const { workspace, signal } = stage;
  await appSays(stage, /^published \d+ lines$/);
  // The last lines may still be in the buffer until the flush timeout; a later step checks them.
  const { lines, files } = await until("the lines in two files", async () => {
    const seen = await readLogFiles(workspace);
    return seen.files > 1 && seen.lines.length > demoLines * 0.98 ? seen : undefined;
  }, { signal });
  checkSequence(lines);
  return `${lines.length} of ${demoLines} lines in order, in ${files} files`;
}

async function changeSetArrives(stage: Stage): Promise<string> {
  const { workspace } = stage;
  const begun = performance.now();
  await putChangeSet(workspace, workspace.changeSetKey("sample.json", 2), [
    { op: "replace", path: "/greeting", value: "good morning" },
  ]);
  await appSays(stage, /^updateConfig sample\.json revision 2$/);
  return `the application printed it after ${since(begun)} ms`;
}

async function replyIsCommitted({ workspace, signal }: Stage): Promise<string> {
  await until("revision 2 in the commit key", () => commitIs(workspace, "2"), { signal });
  return `${workspace.commitKey} is 2`;
}

async function agentReconfigures({ workspace, signal }: Stage): Promise<string> {
  // The line that the application logged for its patch is in the buffer until the timeout of 30 s.
  const waiting = demoLines + 1 - (await readLogFiles(workspace)).lines.length;
  if (waiting < 1) throw new Error("no line was in the buffer");
  const begun = performance.now();
  await putChangeSet(workspace, workspace.changeSetKey("cim.json", 3), [
    { op: "replace", path: "/cimConfig/lmaas/flush_timeout", value: 5 },
  ]);
  await until("revision 3 in the commit key", () => commitIs(workspace, "3"), { signal });
  const { lines } = await until("the rest of the buffer in the file", async () => {
    const seen = await readLogFiles(workspace);
    return seen.lines.length > demoLines ? seen : undefined;
  }, { limitMs: 7_000, signal });
  checkSequence(lines);
  return `30 s became 5 s: the buffered lines were written after ${
    (since(begun) / 1_000).toFixed(1)
  } s`;
}

async function invalidIsRefused({ workspace, signal }: Stage): Promise<string> {
  const key = workspace.changeSetKey("cim.json", 4);
  await putChangeSet(workspace, key, [
    { op: "replace", path: "/cimConfig/lmaas/flush_timeout", value: 999 },
  ]);
  await until("-1 in the commit key", () => commitIs(workspace, "-1"), { signal });
  const reason = await until("a reason", async () => {
    const { text } = await get(workspace, "/api/v1/config/changes");
    const { changes } = JSON.parse(text) as { changes: { key: string; reason?: string }[] };
    return changes.find((change) => change.key === key)?.reason || undefined;
  }, { signal });
  return reason;
}

async function probesAnswer({ workspace, signal }: Stage): Promise<string> {
  const counted = await until("all lines in the metrics", async () => {
    const { text } = await get(workspace, "/metrics");
    const value = metricValue(text, "cim_total_messages_counter");
    return value !== undefined && value >= demoLines ? value : undefined;
  }, { signal });
  const liveness = await get(workspace, "/liveness");
  const readiness = await get(workspace, "/readiness");
  if (liveness.status !== 200 || readiness.status !== 200) {
    throw new Error(
      `/liveness ${liveness.status}, /readiness ${readiness.status}: ${readiness.text}`,
    );
  }
  return `cim_total_messages_counter is ${counted}, both probes 200`;
}

async function agentDrains({ workspace, agent, app }: Stage): Promise<string> {
  const begun = performance.now();
  const before = (await readLogFiles(workspace)).lines.length;
  agent.terminate();
  const [agentCode, appCode] = await Promise.all([agent.exited, app.exited]);
  if (!app.lines.includes("shutdown requested")) {
    throw new Error("the application was not asked to shut down");
  }
  if (agentCode !== 0) throw new Error(`the agent ended with exit code ${agentCode}`);
  if (appCode !== 0) throw new Error(`the application ended with exit code ${appCode}`);
  const { lines } = await readLogFiles(workspace);
  // Lines that the application logged during the outage went to the collector.
  checkSequence(lines.slice(0, demoLines + 1));
  if (lines.length < before) throw new Error(`${before - lines.length} lines are missing`);
  return `the application was shut down first, exit code 0 after ${since(begun)} ms`;
}

function appSays({ app, signal }: Stage, line: RegExp): Promise<true> {
  return until(`"${line.source}" of the application`, () => {
    return app.lines.some((printed) => line.test(printed)) || undefined;
  }, { signal });
}

async function commitIs(workspace: Workspace, value: string): Promise<true | undefined> {
  return await readKey(workspace, workspace.commitKey) === value || undefined;
}

function since(begun: number): number {
  return Math.round(performance.now() - begun);
}
