/**
 * The section `health`.
 *
 * @module
 */
import { list } from "../../core/mod.ts";

/** Fields of the section. */
export const healthConfig = {
  nonFatal: list({
    doc: "Plugins whose errors leave the agent ready; the status lists them as degraded.",
    default: [],
  }),
};
