/** Writes numbered pairs as fast as possible and prints the number of each completed write. */
import { LocalStore } from "../../plugins/localkv/mod.ts";

const store = LocalStore.open({ folder: Deno.args[0] });
const out = Deno.stdout;
const encoder = new TextEncoder();
const start = await store.revision();

for (let number = start + 1;; number++) {
  const value = encoder.encode(`${number}`.padEnd(500, "."));
  await store.txn({
    operations: [
      { type: "put", key: `left/${number % 50}`, value },
      { type: "put", key: `right/${number % 50}`, value },
    ],
  });
  out.writeSync(encoder.encode(`${number}\n`));
}
