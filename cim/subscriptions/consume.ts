/**
 * Runs the consumer while there are subscriptions.
 *
 * @module
 */
import { aborted, type Clock, deadline, hasCode } from "../../core/mod.ts";
import type { ConsumerOptions, KafkaConsumer } from "../../plugins/kafka/mod.ts";
import type { Notifier } from "./notifier.ts";
import type { PositionCommits } from "./position_commits.ts";
import type { SubscriptionSet } from "./subscription_set.ts";

/** The callbacks of a consumer that the loop needs. */
export type ConsumerHooks = Pick<ConsumerOptions, "onAssigned" | "onRevoked" | "onTrouble">;

/** Options of {@linkcode consumeWhileSubscribed}. */
export interface ConsumeOptions {
  readonly set: SubscriptionSet;
  readonly notifier: Notifier;
  readonly commits: PositionCommits;
  readonly clock: Clock;
  /** Creates a member of the consumer group. */
  readonly open: (hooks: ConsumerHooks) => KafkaConsumer;
  /** Called when the consumer lost its brokers or its group. */
  readonly onTrouble: (error: unknown) => void;
  /** Called when the consumer has its partitions. */
  readonly onJoined: () => void;
  /** Called when there is no subscription, so that nothing is read. */
  readonly onIdle: () => void;
}

/** Time for the last commits before the consumer leaves its group, in milliseconds. */
const commitLimitMs = 3_000;

/**
 * Joins the consumer group with the first subscription and leaves it after the last one, until the signal aborts. There
 * is never a second member: the next one joins when the one before has left.
 */
export async function consumeWhileSubscribed(
  options: ConsumeOptions,
  signal: AbortSignal,
): Promise<void> {
  const { set } = options;
  using stop = aborted(signal);
  while (!signal.aborted) {
    if (set.all.size === 0) {
      options.onIdle();
      await Promise.race([set.changed, stop]);
      continue;
    }
    await consumeOnce(options, signal);
  }
}

/** Consumes until there is no subscription or the signal aborts. */
async function consumeOnce(
  { set, notifier, commits, clock, open, onTrouble, onJoined }: ConsumeOptions,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const stopping = AbortSignal.any([signal, ended.signal]);
  const consumer = open({
    onAssigned: onJoined,
    // The members that get the partitions begin after the last committed position.
    onRevoked: () => commits.forget(),
    onTrouble(error) {
      commits.forget();
      onTrouble(error);
    },
  });
  const watching = endWhenEmpty(set, ended, stopping);
  const records = consumer[Symbol.asyncIterator]();
  using stop = aborted(stopping);
  try {
    while (true) {
      const next = await Promise.race([records.next(), stop]);
      if (!next || next.done || !await notifier.handle(next.value, stopping)) break;
      commits.add(consumer, next.value);
    }
  } finally {
    ended.abort();
    await watching;
    await lastCommits(commits, clock);
    await consumer.close();
    await records.return?.();
  }
}

/** Waits for the last positions, but not long: without brokers their records come again. */
async function lastCommits(commits: PositionCommits, clock: Clock): Promise<void> {
  try {
    await deadline(() => commits.flush(), commitLimitMs, { action: "commit positions", clock });
  } catch (error) {
    if (!hasCode(error, "deadline_exceeded")) throw error;
    commits.forget();
  }
}

async function endWhenEmpty(
  set: SubscriptionSet,
  ended: AbortController,
  stopping: AbortSignal,
): Promise<void> {
  using stop = aborted(stopping);
  while (set.all.size > 0 && !stopping.aborted) await Promise.race([set.changed, stop]);
  ended.abort();
}
