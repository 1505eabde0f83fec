/**
 * The only import of the YAML package. `yaml.ts` loads this file when the first document is parsed or
 * written, because the package takes about half the time of a start.
 *
 * @module
 */
export { parse, stringify } from "npm:yaml@2.9.1";
