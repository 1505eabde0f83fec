/**
 * The only import of the YAML package. `yaml.ts` loads this file when the first document is parsed or
 * written, because the package takes about half the time of a start.
 *
 * @module
 */
import { isScalar, LineCounter, parseDocument, stringify, visit } from "npm:yaml@2.9.1";

export { stringify };

/**
 * Parses one document.
 *
 * @throws {Error} With line and column when the text is not YAML, repeats a key in one mapping, or contains
 * itself through an alias.
 */
export function parse(text: string): unknown {
  const lines = new LineCounter();
  // The package's own check for repeated keys takes time that grows with the square of their number.
  const options = { uniqueKeys: false, prettyErrors: false, lineCounter: lines };
  const document = parseDocument(text, options);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    // The package quotes parts of the document behind a colon; they may be secrets.
    const reason = problem.message.replace(/:.*$/s, "");
    throw new SyntaxError(`${reason} at line ${line}, column ${col}`);
  }
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const value = isScalar(key) ? key.value : key;
        if (keys.has(value)) {
          const { line, col } = lines.linePos(isScalar(key) ? key.range?.[0] ?? 0 : 0);
          throw new SyntaxError(
            `Map keys must be unique: "${value}" at line ${line}, column ${col} is there already`,
          );
        }
        keys.add(value);
      }
    },
  });
  const value = document.toJS();
  if (containsItself(value, new Set())) {
    throw new SyntaxError("the document contains itself: an alias (*) names a value around it");
  }
  return value;
}

function containsItself(value: unknown, around: Set<object>): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (around.has(value)) return true;
  around.add(value);
  for (const member of Object.values(value)) {
    if (containsItself(member, around)) return true;
  }
  around.delete(value);
  return false;
}
