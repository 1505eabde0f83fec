/**
 * Service labels and their key prefixes.
 *
 * @module
 */

/** Default key prefix of all agents, the same as in cn-infra. */
export const defaultLabelRoot = "/vnf-agent/";

/** Options of {@linkcode ServiceLabel}. */
export interface ServiceLabelOptions {
  /** Key prefix of all agents; begins and ends with a slash. Default {@linkcode defaultLabelRoot}. */
  root?: string;
}

const labelPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/**
 * A service label with the key prefix of its agent.
 *
 * @throws {RangeError} When the label is not 1 to 253 of the characters A-Z, a-z, 0-9, `.`, `_` and `-`
 * beginning with a letter or a digit, or when the root does not begin and end with a slash.
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
  /** Key prefix of this agent; begins and ends with a slash. */
  readonly prefix: string;
  /** Key prefix of all agents. */
  readonly root: string;

  /** Checks the label and the root and derives the prefix. */
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

  /** Returns the label of another agent under the same root. @throws {RangeError} When it is invalid. */
  of(name: string): ServiceLabel {
    return new ServiceLabel(name, { root: this.root });
  }

  /** Returns the label of the agent that owns a key; undefined when no agent under this root owns it. */
  ownerOf(key: string): string | undefined {
    if (!key.startsWith(this.root)) return undefined;
    const end = key.indexOf("/", this.root.length);
    const name = key.slice(this.root.length, end);
    return end > 0 && labelPattern.test(name) ? name : undefined;
  }
}
