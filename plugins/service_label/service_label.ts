/**
 * Labels and the prefixes they stand for.
 *
 * @module
 */

/** Root of all agents' keys, as cn-infra has it. */
export const defaultLabelRoot = "/vnf-agent/";

/** Options of {@linkcode ServiceLabel}. */
export interface ServiceLabelOptions {
  /** Root of all agents' keys; begins and ends with a slash. Default {@linkcode defaultLabelRoot}. */
  root?: string;
}

const labelPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/**
 * A label and its place among the keys of all agents.
 *
 * @throws {RangeError} When the label is not 1 to 253 of the characters A-Z, a-z, 0-9, `.`, `_` and `-`,
 * beginning with a letter or a digit, or the root does not begin and end with a slash.
 *
 * @example
 * ```ts
 * import { ServiceLabel } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const label = new ServiceLabel("gateway-1");
 * assert.equal(label.prefix, "/vnf-agent/gateway-1/");
 * assert.equal(label.of("gateway-2").prefix, "/vnf-agent/gateway-2/");
 * ```
 */
export class ServiceLabel {
  /** The label. */
  readonly name: string;
  /** Prefix of this agent's keys; begins and ends with a slash. */
  readonly prefix: string;
  /** Prefix of all agents' keys. */
  readonly root: string;

  /** Checks both and derives the prefix. */
  constructor(name: string, options: ServiceLabelOptions = {}) {
    const { root = defaultLabelRoot } = options;
    if (!labelPattern.test(name)) {
      throw new RangeError(
        `Cannot use label "${name}": must be 1 to 253 of A-Z, a-z, 0-9, ".", "_" and "-", and begin ` +
          "with a letter or a digit",
      );
    }
    if (!/^\/(?:.*\/)?$/.test(root)) {
      throw new RangeError(`Cannot use root "${root}": must begin and end with a slash`);
    }
    this.name = name;
    this.root = root;
    this.prefix = `${root}${name}/`;
    Object.freeze(this);
  }

  /** The label of another agent under the same root. @throws {RangeError} When it is not a label. */
  of(name: string): ServiceLabel {
    return new ServiceLabel(name, { root: this.root });
  }

  /** The label whose agent owns a key; undefined when no agent under this root does. */
  ownerOf(key: string): string | undefined {
    if (!key.startsWith(this.root)) return undefined;
    const end = key.indexOf("/", this.root.length);
    const name = key.slice(this.root.length, end);
    return end > 0 && labelPattern.test(name) ? name : undefined;
  }
}
