/**
 * Follows one pod: reads it, watches from the version that was read, and reads again when that version is no longer
 * known. Every failure is reported, waited out with backoff and tried again, so the last known pod stays usable.
 *
 * A service account that must not list or watch pods can still read one: then the pod is read periodically, and
 * watching is tried again now and then, because rights may be granted later.
 *
 * @module
 */
import { backoff, type Clock } from "../../core/async/mod.ts";
import { describeError } from "../../core/errors/mod.ts";
import { readPod, readStatus, readWatchEvent } from "./_objects.ts";
import type { FollowOptions, FollowState, Pod } from "./api.ts";
import { KubernetesError } from "./errors.ts";

/** Attempts that fail reject with a {@linkcode KubernetesError}. */
export interface PodSource {
  /** The pod, and the version to watch from. */
  readonly list: (
    signal: AbortSignal,
  ) => Promise<{ readonly pod: Pod | undefined; readonly version: string }>;
  /** The pod alone. */
  readonly get: (signal: AbortSignal) => Promise<Pod | undefined>;
  /** Events after a version, as JSON, until the API ends the watch. */
  readonly watch: (version: string, signal: AbortSignal) => AsyncIterable<unknown>;
  /** Translates the `Status` that an event of type ERROR carries. */
  readonly error: (status: {
    readonly code?: number;
    readonly message: string;
    readonly retryAfterMs?: number;
  }) => KubernetesError;
}

/** Options of {@linkcode followPod}. */
export interface FollowPodOptions extends FollowOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** How often a pod is read that must not be watched, in milliseconds. */
  readonly pollIntervalMs: number;
  /** Called each time the pod is read again because the version was not known any more. */
  readonly onResync: () => void;
}

/** Reads after which watching is tried again. */
const pollsPerAttempt = 20;
/** A watch that lasted this long was no failure, whatever ended it. */
const stableMs = 10_000;

/** Yields the pod, and undefined while it does not exist, until the signal aborts. */
export async function* followPod(
  source: PodSource,
  options: FollowPodOptions,
): AsyncGenerator<Pod | undefined> {
  const { signal, clock, random, onResync } = options;
  const report = reporter(options.onState);
  const delays = backoff({ min: "250ms", max: "30s", random });
  let version: string | undefined;
  while (!signal.aborted) {
    const begin = clock.monotonic();
    let pauseMs = 0;
    try {
      if (version === undefined) {
        const listed = await source.list(signal);
        version = listed.version;
        report({ state: "watching", reason: "" });
        yield listed.pod;
      }
      for await (const line of source.watch(version, signal)) {
        const { type, object, version: next } = readWatchEvent(line);
        if (type === "ERROR") throw source.error(readStatus(object));
        if (next !== "") version = next;
        report({ state: "watching", reason: "" });
        if (type === "DELETED") yield undefined;
        else if (type === "ADDED" || type === "MODIFIED") yield readPod(object);
      }
      report({ state: "watching", reason: "" });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof KubernetesError)) throw error;
      if (error.httpStatus === 403) {
        version = undefined;
        yield* poll(source, options, error, report);
        continue;
      }
      if (error.httpStatus === 410) {
        version = undefined;
        onResync();
      } else report({ state: "failing", reason: describeError(error) });
      pauseMs = error.retryAfterMs ?? 0;
    }
    if (clock.monotonic() - begin >= stableMs) delays.reset();
    if (!await slept(clock, Math.max(delays.next(), pauseMs), signal)) return;
  }
}

/** Reads the pod periodically, and returns when watching shall be tried again. */
async function* poll(
  source: PodSource,
  { signal, clock, pollIntervalMs }: FollowPodOptions,
  denial: KubernetesError,
  report: (state: FollowState) => void,
): AsyncGenerator<Pod | undefined> {
  for (let count = 0; count < pollsPerAttempt; count++) {
    let pauseMs = pollIntervalMs;
    try {
      const pod = await source.get(signal);
      report({ state: "polling", reason: describeError(denial) });
      yield pod;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof KubernetesError)) throw error;
      report({ state: "failing", reason: describeError(error) });
      pauseMs = Math.max(pauseMs, error.retryAfterMs ?? 0);
    }
    if (!await slept(clock, pauseMs, signal)) return;
  }
}

/** Waits; false when the signal aborted meanwhile. */
async function slept(clock: Clock, delayMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(delayMs, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** Calls the listener only when the state or the reason changes. */
function reporter(
  onState: ((state: FollowState) => void) | undefined,
): (state: FollowState) => void {
  let last = "";
  return (state) => {
    const text = `${state.state} ${state.reason}`;
    if (text !== last) onState?.(state);
    last = text;
  };
}
