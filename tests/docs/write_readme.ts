/**
 * Renews the generated parts of the README: `deno run -A tests/docs/write_readme.ts`.
 *
 * @module
 */
import { readmeUrl, renewed } from "./_readme.ts";

const before = await Deno.readTextFile(readmeUrl);
const after = await renewed(before);
if (after !== before) await Deno.writeTextFile(readmeUrl, after);
