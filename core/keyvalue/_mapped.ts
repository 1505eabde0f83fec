/**
 * Maps each item of an async iterable; items that map to `undefined` are skipped. It is written without
 * a generator, because `return()` of a generator waits for the pending `next()`: an idle watch could not
 * be ended through it.
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
