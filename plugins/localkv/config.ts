/**
 * The section `localkv`.
 *
 * @module
 */
import { choice, duration, integer, size, text } from "../../core/config/mod.ts";

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Fields of the section `localkv`. */
export const localkvConfig = {
  folder: text({
    doc: "Folder of the embedded store. One process owns it.",
    default: "/opt/data",
  }),
  durability: choice(["process", "power"], {
    doc: "What a finished write survives: the end of the process, or also that of the machine, " +
      "which costs a sync to the disk with every write.",
    default: "process",
  }),
  maxSizeBytes: size({
    doc: "Largest file. When it is reached the history is given up first, then writes are refused.",
    default: 256 * mebibyte,
    min: 256 * kibibyte,
  }),
  maxValueBytes: size({
    doc: "Largest value.",
    default: 1_536 * kibibyte,
    min: kibibyte,
    max: 64 * mebibyte,
  }),
  historyChanges: integer({
    doc: "Changes kept, so that a watch can go on where it was.",
    default: 10_000,
    min: 1,
    max: 1_000_000,
  }),
  historyAgeMs: duration({
    doc: "Age of the changes kept.",
    default: 86_400_000,
    min: 1_000,
  }),
} as const;
