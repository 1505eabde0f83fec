/**
 * Configuration: fields that carry type, default, check and documentation; sources with a fixed
 * precedence; sections parsed into frozen values or into all problems at once; the reference. It does not
 * watch files: what changes at run time arrives through the configuration watch of the product.
 *
 * @module
 */
export {
  type DescribedSection,
  describeJsonSchema,
  describeMarkdown,
  mergeSections,
} from "./describe.ts";
export {
  type Bounds,
  type Checked,
  choice,
  type ConfigOf,
  duration,
  type Field,
  type FieldKind,
  type FieldOptions,
  type Fields,
  flag,
  integer,
  json,
  list,
  number,
  operatorKey,
  type Optional,
  type Schema,
  secret,
  size,
  text,
} from "./field.ts";
export { ConfigError, type ConfigProblem, nearest, problemText } from "./problem.ts";
export { Secret } from "./secret.ts";
export { readSection, type SectionResult, unknownKeys } from "./section.ts";
export {
  type ConfigFile,
  type ConfigSources,
  defaultConfigPaths,
  loadSources,
  type LoadSourcesOptions,
  sourcesFrom,
  type SourceValues,
} from "./sources.ts";
export { parseDuration, parseSize } from "./units.ts";
