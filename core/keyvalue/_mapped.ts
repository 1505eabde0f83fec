/**
 * Maps an async iterable without a generator in between: a generator that waits for its next item
 * cannot be ended from outside, a watch can. A mapping of `undefined` leaves the item out.
 */
export function mapped<T, U>(
  source: AsyncIterable<T>,
  map: (item: T) => U | undefined,
): AsyncIterable<U> {
  return {
    [Symbol.asyncIterator]() {
      const items = source[Symbol.asyncIterator]();
      return {
        async next() {
          while (true) {
            const item = await items.next();
            if (item.done) return item;
            const value = map(item.value);
            if (value !== undefined) return { done: false, value };
          }
        },
        async return() {
          await items.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
