/**
 * The section `health`.
 *
 * @module
 */
import { list } from "../../core/mod.ts";

/** Fields of the section. */
export const healthConfig = {
  nonFatal: list({
    doc: "Plugins whose errors do not make the agent unready; they are listed as degraded.",
    default: [],
  }),
};
