/**
 * Renews the generated parts of the README and of `tests/DEFECTS.md`:
 * `deno run -A tests/docs/write_readme.ts`.
 *
 * @module
 */
import { defectsUrl, renewedDefects } from "./_labels.ts";
import { readmeUrl, renewed } from "./_readme.ts";

await renew(readmeUrl, renewed);
await renew(defectsUrl, renewedDefects);

async function renew(
  url: URL,
  change: (text: string) => string | Promise<string>,
): Promise<void> {
  const before = await Deno.readTextFile(url);
  const after = await change(before);
  if (after !== before) await Deno.writeTextFile(url, after);
}
