/**
 * Configuration: fields with type, default, check and documentation; sources with a fixed precedence; sections
 * that are parsed into frozen values, or into a list of all their problems; generated documentation. It does
 * not watch files: a configuration is read once, at the start.
 *
 * @module
 */
export {
  type LoginFields,
  loginFields,
  type TlsFieldNotes,
  type TlsFields,
  tlsFields,
} from "./client_security.ts";
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
  type ItemCheck,
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
export { displayValue } from "./display.ts";
export { ConfigError, type ConfigProblem, nearest, problemText } from "./problem.ts";
export { Secret } from "./secret.ts";
export { readSection, type ReadSectionOptions, type SectionResult } from "./section.ts";
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
export { unknownKeys, unknownVariables } from "./unknown_keys.ts";
export { parseYaml, stringifyYaml } from "./yaml.ts";
