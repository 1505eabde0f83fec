/**
 * The source tree as text: the files and what they import.
 *
 * @module
 */

/** Root of the repository, with a final slash. */
export const root = new URL("../../", import.meta.url);

/** One import or re-export. */
export interface Import {
  /** Text between the quotes. */
  readonly specifier: string;
  /** Path of the file within the repository, for a relative import. */
  readonly target: string | undefined;
  /** Whether only types are imported: such an import does not exist at run time. */
  readonly isType: boolean;
  /** Whether it is a call: the module is loaded when the call is reached. */
  readonly isDynamic: boolean;
}

/** One source file. */
export interface SourceFile {
  /** Path within the repository, such as `core/plugin/graph.ts`. */
  readonly path: string;
  readonly text: string;
  /** The text without its comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** All TypeScript files below these folders, and these files, in the order of their paths. */
export function sourceFiles(...places: string[]): SourceFile[] {
  return places.flatMap((place) => [...paths(place)]).toSorted().map(read);
}

/** Everything that ships. */
export function shippedFiles(): SourceFile[] {
  return sourceFiles("core", "plugins", "cim", "main.ts", "mod.ts");
}

/** The folder of a path; empty for the top level. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The name of a path's file. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function* paths(place: string): Generator<string> {
  if (place.endsWith(".ts")) return yield place;
  for (const { name, isDirectory } of Deno.readDirSync(new URL(place, root))) {
    if (isDirectory) yield* paths(`${place}/${name}`);
    else if (name.endsWith(".ts")) yield `${place}/${name}`;
  }
}

function read(path: string): SourceFile {
  const text = Deno.readTextFileSync(new URL(path, root));
  const code = text.replaceAll(/^\s*(\/\*\*|\*|\/\/).*$/gm, "");
  return { path, text, code, imports: importsOf(path, code) };
}

function importsOf(path: string, code: string): Import[] {
  const names = String.raw`(?:\{[^}]*\}|\*(?: as \w+)?|\w+(?:, \{[^}]*\})?)`;
  const statements = code.matchAll(
    new RegExp(`^(?:import|export) (type )?(?:${names} from )?"([^"]+)"(?: with {[^}]*})?;$`, "gm"),
  );
  const calls = code.matchAll(/\b(type(?:of)? )?import\(\s*"([^"]+)"/g);
  return [
    ...statements.map((match) => ({ match, isDynamic: false })),
    ...calls.map((match) => ({ match, isDynamic: true })),
  ].map(({ match: [, type, specifier], isDynamic }) => ({
    specifier,
    target: specifier.startsWith(".")
      ? new URL(specifier, new URL(path, root)).href.slice(root.href.length)
      : undefined,
    isType: type !== undefined,
    isDynamic,
  }));
}
