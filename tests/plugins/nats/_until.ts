import { until as poll } from "../../_support/until.ts";

/** Polls until the condition holds. */
export function until(condition: () => boolean | Promise<boolean>): Promise<true> {
  return poll(`${condition}`, condition);
}
