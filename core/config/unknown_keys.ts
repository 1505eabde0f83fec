/**
 * Keys and variables that no field has, each with the nearest known name.
 *
 * @module
 */
import { kindText } from "./_plain_words.ts";
import { environmentKey, splitTarget } from "./_target.ts";
import { type DescribedSection, mergeSections } from "./describe.ts";
import { operatorKey } from "./field.ts";
import { type ConfigProblem, nearest } from "./problem.ts";
import type { ConfigSources } from "./sources.ts";

/**
 * Returns a problem for each unknown key in the files and in `--set`. See
 * {@linkcode unknownVariables} for the environment.
 */
export function unknownKeys(
  sections: readonly DescribedSection[],
  sources: ConfigSources,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const known = keysBySection(sections);
  const former = formerKeys(sections);
  /** Unknown keys found beyond those reported, by origin. */
  const others = new Map<string, number>();
  function report(origin: string, path: string, key: string, known: Iterable<string>) {
    if (problems.length >= maxUnknownKeys) {
      others.set(origin, (others.get(origin) ?? 0) + 1);
      return;
    }
    const candidates = [...known];
    const near = nearest(key, candidates);
    const remedy = near
      ? `did you mean "${near}"?`
      : `known here: ${candidates.join(", ") || "nothing"}`;
    problems.push({ origin, path: shortened(path), message: `unknown key; ${remedy}` });
  }
  function isKnown(section: string, key: string): boolean {
    return (known.get(section)?.has(key) ?? false) || (former.get(section)?.has(key) ?? false);
  }
  const { file } = sources;
  for (const [section, members] of Object.entries(file?.values ?? {})) {
    if (!known.has(section) && !former.has(section)) {
      report(file!.path, section, section, known.keys());
    } else if (members !== null && (typeof members !== "object" || Array.isArray(members))) {
      const message = `must be a mapping of keys, found ${kindText(members)}`;
      problems.push({ origin: file!.path, path: section, message });
    } else {
      for (const key of Object.keys(members ?? {})) {
        if (isKnown(section, key)) continue;
        report(file!.path, `${section}.${key}`, key, known.get(section) ?? []);
      }
    }
  }
  for (const [section, { path, values }] of sources.pluginFiles) {
    for (const key of Object.keys(values)) {
      if (isKnown(section, key.replaceAll("-", "_"))) continue;
      report(path, key, key, known.get(section) ?? []);
    }
  }
  for (const target of sources.sets.keys()) {
    const [section, key] = splitTarget(target);
    if (isKnown(section, key)) continue;
    const keys = known.get(section);
    if (keys || former.has(section)) report("--set", target, key, keys ?? []);
    else report("--set", target, section, known.keys());
  }
  for (const [origin, count] of others) {
    problems.push({ origin, path: "others", message: `${count} more unknown keys` });
  }
  return problems;
}

/** Unknown keys reported one by one; a file of another kind has very many. */
const maxUnknownKeys = 50;

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

function keysBySection(sections: readonly DescribedSection[]): Map<string, Set<string>> {
  return new Map(
    mergeSections(sections).map(([section, fields]) => [
      section,
      new Set(fields.map(([key]) => key)),
    ]),
  );
}

/** Former names of keys, by section. */
function formerKeys(sections: readonly DescribedSection[]): Map<string, Set<string>> {
  const former = new Map<string, Set<string>>();
  function add(section: string, key: string) {
    const keys = former.get(section) ?? new Set();
    former.set(section, keys.add(key));
  }
  for (const { fields, formerSections = [] } of sections) {
    for (const [name, field] of Object.entries(fields)) {
      for (const section of formerSections) add(section, operatorKey(name, field));
      for (const target of field.formerKeys) add(...splitTarget(target));
    }
  }
  return former;
}

/**
 * Returns a problem for each variable that begins with the prefix and sets no key. They are warnings rather than
 * errors, because the environment has other authors too: variables that Kubernetes sets for services are left out.
 */
export function unknownVariables(
  sections: readonly DescribedSection[],
  { env, envPrefix }: Pick<ConfigSources, "env" | "envPrefix">,
): ConfigProblem[] {
  if (!envPrefix) return [];
  const known = knownVariables(sections, envPrefix);
  return Object.keys(env)
    .filter((name) => name.startsWith(envPrefix) && !known.has(name) && !isOfService(name))
    .slice(0, maxUnknownKeys)
    .map((name) => {
      const near = nearest(name, known);
      const remedy = near ? `did you mean ${near}?` : "it has no effect";
      return {
        origin: "environment",
        path: shortened(name),
        message: `unknown variable; ${remedy}`,
      };
    });
}

function knownVariables(sections: readonly DescribedSection[], prefix: string): Set<string> {
  const known = new Set([`${prefix}CONFIG`]);
  for (const { section, fields, formerSections = [] } of sections) {
    for (const [name, field] of Object.entries(fields)) {
      const key = operatorKey(name, field);
      const targets = [section, ...formerSections].map((place) => `${place}.${key}`);
      for (const target of [...targets, ...field.formerKeys]) {
        known.add(environmentKey(prefix, target)!);
      }
      for (const alias of field.aliases) known.add(alias);
    }
  }
  return known;
}

/** Whether Kubernetes sets this variable for a service, such as `X_SERVICE_HOST` and `X_PORT_80_TCP_ADDR`. */
function isOfService(name: string): boolean {
  return /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(
    name,
  );
}
