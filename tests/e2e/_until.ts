import { until as poll } from "../_support/until.ts";

/** Polls what a process shows from outside until `look` finds something. Requests may fail while it starts. */
export function until<T>(
  what: string,
  look: () => Promise<T> | T,
): Promise<Exclude<T, undefined | false>> {
  return poll(what, look, { withinMs: 20_000, everyMs: 25, retryErrors: true });
}
