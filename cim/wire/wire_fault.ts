/**
 * Why a payload was refused. The values are constant strings: reporting one allocates nothing, and they are the values
 * of a bounded metric label.
 *
 * | Fault | Meaning |
 * |---|---|
 * | `too_short` | fewer than 8 bytes, so no root offset and table fit |
 * | `bad_root` | the root offset points to itself or past the end |
 * | `bad_vtable` | the vtable lies outside, has an odd size or one below 4, or runs past the end |
 * | `bad_table` | the table itself runs past the end |
 * | `bad_field` | a field lies outside its table |
 * | `bad_text` | a string runs past the end |
 * | `bad_vector` | a vector or one of its elements runs past the end |
 * | `too_large` | more pairs or more text than the limits of the reader allow |
 */
export type WireFault =
  | "too_short"
  | "bad_root"
  | "bad_vtable"
  | "bad_table"
  | "bad_field"
  | "bad_text"
  | "bad_vector"
  | "too_large";

/** Every {@linkcode WireFault}, in the order of the table in its documentation. */
export const wireFaults: readonly WireFault[] = Object.freeze([
  "too_short",
  "bad_root",
  "bad_vtable",
  "bad_table",
  "bad_field",
  "bad_text",
  "bad_vector",
  "too_large",
]);
