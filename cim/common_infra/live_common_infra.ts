import type { CommonInfra } from "./common_infra.ts";

type Listener = (now: CommonInfra, before: CommonInfra) => void;

/** The document, which follows changes of its file. */
export interface LiveCommonInfra {
  /** The document, frozen; replaced as a whole on a change. */
  readonly current: CommonInfra;
  /** Calls `listener` after each change; it must not throw. Disposing of the result ends that. */
  onChange(listener: Listener): Disposable;
}

/** Holds the current document and calls listeners when it changes. */
export class CommonInfraHolder implements LiveCommonInfra {
  readonly #listeners = new Set<Listener>();
  #current: CommonInfra;

  /** Holds a document. */
  constructor(initial: CommonInfra) {
    this.#current = initial;
  }

  /** The document, frozen; replaced as a whole on a change. */
  get current(): CommonInfra {
    return this.#current;
  }

  /** Calls `listener` after each change; it must not throw. Disposing of the result ends that. */
  onChange(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Replaces the document, calls the listeners, and returns the names of the members that differ. */
  update(infra: CommonInfra): readonly (keyof CommonInfra)[] {
    const before = this.#current;
    const names = new Set([...namesOf(before), ...namesOf(infra)]);
    const changed = [...names].filter((name) =>
      JSON.stringify(infra[name]) !== JSON.stringify(before[name])
    );
    if (changed.length === 0) return changed;
    this.#current = infra;
    for (const listener of this.#listeners) listener(infra, before);
    return changed;
  }
}

function namesOf(infra: CommonInfra): (keyof CommonInfra)[] {
  return Object.keys(infra) as (keyof CommonInfra)[];
}
