/**
 * The only import of the YAML package. `yaml.ts` loads this file when the first document is parsed or
 * written, because the package takes about half the time of a start.
 *
 * @module
 */
import {
  isScalar,
  LineCounter,
  parseDocument,
  stringify,
  visit,
  type YAMLError,
} from "npm:yaml@2.9.1";
import { isTooDeep, tooDeep } from "./_depth.ts";

export { stringify };

/**
 * Parses one document.
 *
 * @throws {Error} With line and column when the text is not one YAML document, repeats a key in one mapping, contains
 * itself through an alias, or is nested too deep.
 */
export function parse(text: string): unknown {
  try {
    return parseOne(text);
  } catch (error) {
    // The package goes through the document recursively.
    if (error instanceof RangeError) throw new SyntaxError(tooDeep);
    throw error;
  }
}

function parseOne(text: string): unknown {
  const lines = new LineCounter();
  // The package's own check for repeated keys takes time that grows with the square of their number.
  const options = { uniqueKeys: false, prettyErrors: false, lineCounter: lines };
  const document = parseDocument(text, options);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new SyntaxError(`${reasonOf(problem)} at line ${line}, column ${col}`);
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
  if (isTooDeep(value)) throw new SyntaxError(tooDeep);
  return value;
}

function reasonOf({ code, message }: YAMLError): string {
  if (code === "MULTIPLE_DOCS") {
    return "the file must have one document; remove the line --- or ... and what follows it";
  }
  if (message.startsWith("Maximum call stack")) return tooDeep;
  // The package quotes parts of the document behind a colon; they may be secrets.
  return message.replace(/:.*$/s, "");
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
