import type { Identity, LiveIdentity } from "./identity.ts";

type Listener = (now: Identity, before: Identity) => void;

/** Holds the identity of this pod and reports changes of it. */
export class IdentityHolder implements LiveIdentity {
  readonly #listeners = new Set<Listener>();
  #current: Identity;

  /** Holds an identity. */
  constructor(initial: Identity) {
    this.#current = initial;
  }

  /** The identity, frozen; replaced as a whole on a change. */
  get current(): Identity {
    return this.#current;
  }

  /** Called after each change; must not throw. Disposing of the result ends it. */
  onChange(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Replaces the identity; does nothing when every member is equal. */
  update(identity: Identity): void {
    const before = this.#current;
    if (JSON.stringify(identity) === JSON.stringify(before)) return;
    this.#current = identity;
    for (const listener of this.#listeners) listener(identity, before);
  }
}
