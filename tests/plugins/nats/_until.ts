import assert from "node:assert/strict";

/** Waits until the condition is true, for at most five seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 5_000;
  while (!await holds()) {
    assert(performance.now() < end, `still waiting for ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
