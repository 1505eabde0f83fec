/**
 * The start of an agent as a tree with durations, for people.
 *
 * @module
 */
import type { BootStep } from "./tokens.ts";

/**
 * Draws the steps below their phase, in the order they ran.
 *
 * @example
 * ```ts
 * import { bootTree } from "./boot_tree.ts";
 * import assert from "node:assert/strict";
 *
 * const steps = [{ plugin: "store", phase: "init", durationMs: 12.3, after: [] }] as const;
 * assert.equal(bootTree("demo", steps), "demo 12 ms\n└─ init 12 ms\n   └─ store 12 ms");
 * ```
 */
export function bootTree(name: string, steps: readonly BootStep[]): string {
  const phases = [...new Set(steps.map(({ phase }) => phase))];
  const lines = [`${name} ${shownTime(steps)}`];
  for (const [at, phase] of phases.entries()) {
    const isLastPhase = at === phases.length - 1;
    const members = steps.filter((step) => step.phase === phase);
    lines.push(`${isLastPhase ? "└─" : "├─"} ${phase} ${shownTime(members)}`);
    for (const [index, step] of members.entries()) {
      const stem = isLastPhase ? "   " : "│  ";
      const branch = index === members.length - 1 ? "└─" : "├─";
      const after = step.after.length > 0 ? ` (after ${step.after.join(", ")})` : "";
      lines.push(`${stem}${branch} ${step.plugin} ${shownTime([step])}${after}`);
    }
  }
  return lines.join("\n");
}

function shownTime(steps: readonly BootStep[]): string {
  const totalMs = steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return totalMs < 1 ? "<1 ms" : `${Math.round(totalMs)} ms`;
}
