/**
 * Maps an async iterable without a generator in between: a generator that waits for its next item
 * cannot be ended from outside, a watch can. A mapping of `undefined` leaves the item out.
 */
export function mapped<T, U>(
  source: AsyncIterable<T>,
  map: (item: T) => U | undefined,
): AsyncIterable<U> {
  return { [Symbol.asyncIterator]: () => mappedIterator(source[Symbol.asyncIterator](), map) };
}

function mappedIterator<T, U>(
  items: AsyncIterator<T>,
  map: (item: T) => U | undefined,
): AsyncIterableIterator<U> & AsyncDisposable {
  return {
    async next() {
      while (true) {
        const item = await items.next();
        if (item.done) return { done: true, value: undefined };
        const value = map(item.value);
        if (value !== undefined) return { done: false, value };
      }
    },
    async return() {
      await items.return?.();
      return { done: true, value: undefined };
    },
    async [Symbol.asyncDispose]() {
      await items.return?.();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
