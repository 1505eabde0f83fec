import assert from "node:assert/strict";

/** Waits until it holds, for five seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 5_000;
  while (!await holds()) {
    assert(performance.now() < end, `still waiting for ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
