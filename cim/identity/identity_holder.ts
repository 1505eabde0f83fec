import type { Identity, LiveIdentity } from "./identity.ts";

type Listener = (now: Identity, before: Identity) => void;

/** Holds the current identity and calls listeners when it changes. */
export class IdentityHolder implements LiveIdentity {
  readonly #listeners = new Set<Listener>();
  #current: Identity;
  #changes = 0;

  /** Holds an identity. */
  constructor(initial: Identity) {
    this.#current = initial;
  }

  /** The identity, frozen; replaced as a whole on a change. */
  get current(): Identity {
    return this.#current;
  }

  /** Number of changes since the creation. */
  get changes(): number {
    return this.#changes;
  }

  /** Calls `listener` after each change; it must not throw. Disposing of the result ends that. */
  onChange(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Replaces the identity and calls the listeners; returns false, and does nothing, when it is equal. */
  update(identity: Identity): boolean {
    const before = this.#current;
    if (JSON.stringify(identity) === JSON.stringify(before)) return false;
    this.#current = identity;
    this.#changes++;
    for (const listener of [...this.#listeners]) listener(identity, before);
    return true;
  }
}
