/** Options of {@linkcode watchParent}. */
export interface WatchParentOptions {
  /** Returns the id of the parent process. */
  readonly parentId: () => number;
  /** Called once, when the parent has ended. */
  readonly onGone: () => void;
  /** Milliseconds between two checks. Default 1,000. */
  readonly everyMs?: number;
}

/**
 * Checks periodically whether the parent process has ended: the system gives an orphan another parent. The check
 * alone does not keep the process running.
 */
export function watchParent({ parentId, onGone, everyMs = 1_000 }: WatchParentOptions): Disposable {
  const first = parentId();
  const timer = setInterval(() => {
    if (parentId() === first) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  Deno.unrefTimer(timer);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
