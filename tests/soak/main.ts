/**
 * Random faults under load, for as long as asked: `deno task soak --minutes N [--seed S]`. The order of the faults and
 * their times follow from the seed; what happens in between also depends on the machine.
 *
 * At the end the judge asserts that every message arrived with its text and in the order of its source, except for those
 * that were not acknowledged when the agent was killed; that the books balance and nothing was dropped otherwise; that
 * every change-set is committed; and that memory and open files are bounded. The Kafka broker needs
 * `CIM_TEST_SERVICES`, the disk that becomes full needs root; what is missing is left out and named.
 *
 * @module
 */
// The soak is a program: its output is what it is for.
// deno-lint-ignore-file no-console
import assert from "node:assert/strict";
import { deadline } from "../../core/async/mod.ts";
import { until } from "../_support/until.ts";
import { assertBalanced, type Judge, readBook } from "../faults/_oracle.ts";
import { type Fault, faults } from "./_faults.ts";
import { type SoakOptions, soakOptions } from "./_options.ts";
import type { Publisher } from "./_publisher.ts";
import { Rig } from "./_rig.ts";

/** Above what an agent under this load takes. */
const maxResidentMib = 300;
/** Connections that come and go, and files that are opened for a moment. */
const descriptorMargin = 20;
const sampleMs = 1_000;
const stopSignals = ["SIGINT", "SIGTERM"] as const;
/** No fault takes that long, the wait for a commit in it included, in milliseconds. */
const maxFaultMs = 120_000;

let options: SoakOptions;
try {
  options = soakOptions(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(2);
}
await soak(options);

async function soak({ minutes, seed }: SoakOptions): Promise<void> {
  console.log(`soak of ${minutes} minutes, seed ${seed}`);
  // Before the rig, so that signals end nothing until all of it has been removed.
  using stop = rejectedBySignal();
  await using rig = await Rig.start(seed);
  const possible = faults.filter(({ isPossible }) => isPossible?.(rig) ?? true);
  for (const { name } of faults.filter((fault) => !possible.includes(fault))) {
    console.log(`left out: ${name}`);
  }
  const sampling = setInterval(() => rig.sample(), sampleMs);
  try {
    await Promise.race([run(rig, possible, minutes * 60_000), stop.promise]);
  } catch (error) {
    console.error(`FAILED with seed ${seed}; the agent logged last:`);
    console.error(rig.agentLog.split("\n").slice(-40).join("\n"));
    console.error(error);
    throw error;
  } finally {
    clearInterval(sampling);
  }
}

/** A promise that a stop signal rejects, until it is disposed. */
function rejectedBySignal(): Disposable & { readonly promise: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {}); // It may be rejected before anything waits for it.
  const onSignal = () => reject(new Error("stopped by a signal"));
  for (const signal of stopSignals) Deno.addSignalListener(signal, onSignal);
  return {
    promise,
    [Symbol.dispose]() {
      for (const signal of stopSignals) Deno.removeSignalListener(signal, onSignal);
    },
  };
}

async function run(rig: Rig, possible: readonly Fault[], durationMs: number): Promise<void> {
  await rig.recovered();
  rig.sample();
  await makeFaults(rig, possible, durationMs);
  await judge(rig);
}

/** Makes each fault once in random order, then again in another order, until the time is over. */
async function makeFaults(rig: Rig, possible: readonly Fault[], durationMs: number): Promise<void> {
  const begin = performance.now();
  const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1_000).toFixed(1);
  let deck: Fault[] = [];
  while (performance.now() - begin < durationMs) {
    if (deck.length === 0) deck = shuffled(possible, rig.random);
    const fault = deck.pop()!;
    if (!(fault.isReady?.(rig) ?? true)) continue;
    console.log(`${seconds(begin).padStart(7)} s  ${fault.name}`);
    const faultBegin = performance.now();
    await deadline(() => fault.make(rig), maxFaultMs, { action: `make the fault "${fault.name}"` });
    await rig.recovered();
    console.log(`           lines arrive again ${seconds(faultBegin)} s after it began`);
  }
}

async function judge(rig: Rig): Promise<void> {
  const { lines, events, lineJudge, eventJudge } = rig;
  await rig.committed();
  for (const publisher of [lines, events]) await publisher.stop();
  for (const publisher of [lines, events]) await publisher.sendMore(publisher.oracle.step);
  await until("the last line arrives", () => {
    rig.readLines();
    return lineJudge.reached >= lines.oracle.sent;
  }, { withinMs: 120_000, everyMs: 100 });
  const hasKafka = rig.kafka !== undefined;
  if (hasKafka) await rig.untilKafkaRuns();
  const metrics = await until("nothing is in flight", async () => {
    const text = await rig.metrics();
    const [tcp, event] = [readBook(text, "logs_tcp"), readBook(text, "events")];
    const isSent = !hasKafka || event.spooled === 0;
    return tcp.inFlight === 0 && event.inFlight === 0 && isSent && text;
  }, { withinMs: 120_000, everyMs: 200 });
  rig.sample();
  await rig.stopAndReadEvents();
  for (
    const [route, publisher, arrivals] of [
      ["logs_tcp", lines, lineJudge],
      ["events", events, eventJudge],
    ] as const
  ) judgeRoute(route, publisher, arrivals, metrics);
  judgeUsage(rig);
  console.log("ok: every accepted message arrived in order or is counted");
}

function judgeRoute(route: string, publisher: Publisher, arrivals: Judge, metrics: string): void {
  const { sent, step } = publisher.oracle;
  const { arrived, missing, repeated } = arrivals.verdict();
  const book = readBook(metrics, route);
  const refused = [...publisher.refused].map(([reason, count]) => `${count} ${reason}`).join(", ");
  console.log(
    `${route}: ${sent} sent, ${arrived} arrived, ${repeated} came again, ${missing.length} lost by ` +
      `kill -9 of ${publisher.atRisk} not acknowledged then; batches sent again: ` +
      `${publisher.resent}; receipts refused: ${refused || "none"}`,
  );
  assert.deepEqual(missing.filter((number) => !publisher.isAtRisk(number)), []);
  assert(arrivals.reached >= sent - step, `a fresh message does not pass ${route}`);
  assertBalanced(book);
  assert.equal(book.rejected, 0);
  assert(book.dropped <= publisher.atRisk, `${route}: ${book.dropped} dropped`);
}

function judgeUsage({ usage }: Rig): void {
  const most = Math.max(...usage.map(({ residentMib }) => residentMib));
  const [first, last] = [usage[0].descriptors, usage.at(-1)!.descriptors];
  console.log(`memory at most ${most.toFixed(0)} MiB; open files ${first}, at the end ${last}`);
  assert(most < maxResidentMib, `the agent took ${most.toFixed(0)} MiB`);
  assert(last <= first + descriptorMargin, `${last} open files`);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1));
    [result[last], result[at]] = [result[at], result[last]];
  }
  return result;
}
