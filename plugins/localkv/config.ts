/**
 * The configuration section `localkv`.
 *
 * @module
 */
import { choice, duration, type Field, integer, size, text } from "../../core/config/mod.ts";

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Fields of the section `localkv`. */
export const localkvConfig: {
  readonly folder: Field<string>;
  readonly fallback: Field<"none" | "memory">;
  readonly checkIntervalMs: Field<number>;
  readonly durability: Field<"process" | "power">;
  readonly maxSizeBytes: Field<number>;
  readonly maxValueBytes: Field<number>;
  readonly maxWatchSizeBytes: Field<number>;
  readonly historyChanges: Field<number>;
  readonly historyAgeMs: Field<number>;
} = {
  folder: text({
    doc: "Folder of the embedded store. Only one process can use it at a time.",
    default: "data",
  }),
  fallback: choice(["none", "memory"], {
    doc:
      "What to do when the file cannot be opened: `none`, the start fails; `memory`, the agent runs " +
      "degraded with a store in memory, which moves into the file once that can be opened and is lost when the agent stops before.",
    default: "none",
  }),
  checkIntervalMs: duration({
    doc:
      "Interval at which the file is checked: whether it was deleted, and whether writes succeed.",
    default: 5_000,
    min: 100,
    max: 600_000,
  }),
  durability: choice(["process", "power"], {
    doc:
      "What a completed write survives: `process`, a crash of the process; `power`, also a crash of " +
      "the machine, at the cost of one disk sync per write.",
    default: "process",
  }),
  maxSizeBytes: size({
    doc:
      "Maximum size of the file. When it is full, the history is removed first; then writes fail.",
    default: 256 * mebibyte,
    min: 256 * kibibyte,
  }),
  maxValueBytes: size({
    doc: "Maximum size of a value.",
    default: 1_536 * kibibyte,
    min: kibibyte,
    max: 64 * mebibyte,
  }),
  maxWatchSizeBytes: size({
    doc:
      "Maximum size of the changes that all watches together keep for slow readers; beyond it, the " +
      "watch with the most bytes ends.",
    default: 64 * mebibyte,
    min: mebibyte,
  }),
  historyChanges: integer({
    doc: "Maximum number of past changes kept, so that a watch can continue where it stopped.",
    default: 10_000,
    min: 1,
    max: 1_000_000,
  }),
  historyAgeMs: duration({
    doc: "Maximum age of these changes.",
    default: 86_400_000,
    min: 1_000,
  }),
};
