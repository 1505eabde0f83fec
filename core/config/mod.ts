/**
 * Configuration: fields that carry type, default, check and documentation; sources with a fixed
 * precedence; sections parsed into frozen values or into all problems at once; the reference. It does not
 * watch files: a configuration is read once, at the start.
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
  type Measured,
  type MeasuredOptions,
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
export {
  readSection,
  type ReadSectionOptions,
  type SectionResult,
  unknownKeys,
} from "./section.ts";
export {
  type ConfigFile,
  type ConfigSources,
  type DerivedDefault,
  loadSources,
  type LoadSourcesOptions,
  sourcesFrom,
  type SourceValues,
  withDerivedDefaults,
} from "./sources.ts";
export { parseYaml, stringifyYaml } from "./yaml.ts";
