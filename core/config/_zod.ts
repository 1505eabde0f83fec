/**
 * The only import of the schema library.
 *
 * @module
 */
export { z } from "npm:zod@4.6.7";
