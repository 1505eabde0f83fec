/**
 * The labels in test names, such as `D-46` or `G1`, and the page that explains them, `tests/DEFECTS.md`.
 *
 * @module
 */
import { sourceFiles } from "../architecture/_source_tree.ts";

/** The page that explains the labels. */
export const defectsUrl = new URL("../DEFECTS.md", import.meta.url);

const label = /\b(?:D-CORE-\d+|D-\d+|C2-\d+|[GTNV]\d{1,2})\b/g;

/** The labels in the test names of a file's text. */
export function labelsOf(text: string): string[] {
  const names = text.matchAll(
    /(?:\b(?:Deno\.test|step|test)\(\s*(?:\{\s*)?|\bname:\s+)(["`])([^]*?)\1/g,
  );
  return [...names].flatMap(([, , name]) => {
    // "V1 to V9" stands for all of them.
    const ranges = [...name.matchAll(/\b([GTNV])(\d{1,2}) to \1(\d{1,2})\b/g)];
    const inRanges = ranges.flatMap(([, letter, first, last]) =>
      Array.from({ length: +last - +first + 1 }, (_, at) => `${letter}${+first + at}`)
    );
    return [...name.match(label) ?? [], ...inRanges];
  });
}

/** The files whose test names bear each label, in the order of their paths. */
export function labelledFiles(): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { path, text } of sourceFiles("tests", "core/testing")) {
    // The tests of this page quote labels that they do not bear.
    if (path.startsWith("tests/docs/")) continue;
    for (const found of new Set(labelsOf(text))) {
      files.set(found, [...files.get(found) ?? [], path]);
    }
  }
  return files;
}

/** The labels that the page explains, in its order. */
export function explainedLabels(page: string): string[] {
  return [...page.matchAll(/^\| (\S+?) +\| /gm)].map(([, found]) => found).filter((found) =>
    found.replace(label, "") === ""
  );
}

/** The page with its column of tests as it has to be now. A label without a test has an empty cell. */
export function renewedDefects(page: string): string {
  const files = labelledFiles();
  return page.replaceAll(
    /^\| (\S+?) +\| (.*?) \| .*\|$/gm,
    (row, found: string, meaning: string) => {
      if (found.replace(label, "") !== "") return row;
      const links = (files.get(found) ?? []).map((path) => {
        const target = path.startsWith("tests/") ? path.slice("tests/".length) : `../${path}`;
        return `[${target.replace(/_test\.ts$/, "").replace(/^\.\.\//, "")}](${target})`;
      });
      return `| ${found} | ${meaning} | ${links.join(", ")} |`;
    },
  );
}
