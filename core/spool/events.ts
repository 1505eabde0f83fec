/**
 * What a spool reports besides the outcome of each call.
 *
 * @module
 */

/** Why stored records cannot be delivered: how the files differ from what was written. */
export type SpoolDamage =
  | "checksum"
  | "header"
  | "torn"
  | "missing_segment"
  | "missing_end"
  | "unreadable";

/** Something that happened inside of a spool. Counts of records are exact unless stated. */
export type SpoolEvent =
  | {
    /** The files were corrected without loss of a stored record. */
    readonly kind: "repaired";
    readonly queue: string;
    readonly what: "torn_tail" | "preamble" | "ledger";
    /** Bytes that were cut off. */
    readonly bytes: number;
  }
  | {
    /** Stored records that cannot be delivered any more. */
    readonly kind: "damaged";
    readonly queue: string;
    readonly reason: SpoolDamage;
    /**
     * Records that are left out. Those found when the spool is opened are not part of
     * {@linkcode SpoolQueue.inherited}; 0 when their number cannot be known.
     */
    readonly records: number;
    /** Bytes of the bad region; 0 for a missing file. */
    readonly bytes: number;
    /** The file that now has these bytes; undefined when they could not be kept. */
    readonly quarantined: string | undefined;
  }
  | {
    /** Records that were given up because of the bound or a failing disk. */
    readonly kind: "dropped";
    readonly queue: string;
    readonly reason: "spool_full" | "spool_failed";
    readonly records: number;
    readonly bytes: number;
    /** Whether an `append` reported them as stored before; otherwise its result says that they are dropped. */
    readonly isStored: boolean;
  }
  /** The bound is reached, or there is room again. Reported on change. */
  | { readonly kind: "full" | "room"; readonly queue: string }
  /** Operations on files fail, or succeed again. Reported on change, and when the text of the error changes. */
  | { readonly kind: "failing"; readonly queue: string; readonly cause: unknown }
  | { readonly kind: "recovered"; readonly queue: string }
  /** A file or folder that does not belong to the spool; it is left as it is. */
  | { readonly kind: "foreign"; readonly path: string };
