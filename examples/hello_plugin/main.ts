/**
 * An agent with two plugins of its own and a store, using only the library. One plugin counts visits in a store that
 * survives restarts, the other greets with the count.
 *
 * Run: `deno run -A examples/hello_plugin/main.ts FOLDER`. FOLDER contains the store; without it every run counts from
 * one.
 *
 * @module
 */
import { createAgent, definePlugin, localkv, localkvToken, text, token } from "../../mod.ts";
import { consoleSink, jsonCodec, LogRegistry, sourcesFrom, typedStore } from "../../mod.ts";

interface Counter {
  next(): Promise<number>;
}
const counterToken = token<Counter>("counter");

const counter = definePlugin({
  name: "counter",
  requires: [localkvToken],
  provides: [counterToken],
  init({ get, provide }) {
    const visits = typedStore(get(localkvToken), jsonCodec(Number));
    provide(counterToken, {
      async next() {
        const count = ((await visits.get("visits"))?.value ?? 0) + 1;
        await visits.put("visits", count);
        return count;
      },
    });
  },
});

const greeter = definePlugin({
  name: "greeter",
  requires: [counterToken],
  config: { greeting: text({ doc: "First words.", default: "Hello, visitor" }) },
  init: ({ get }) => get(counterToken),
  async afterInit(counter, { config, log }) {
    log.info(`${config.greeting} number ${await counter.next()}`);
  },
});

const folder = Deno.args[0] ?? await Deno.makeTempDir();
await using agent = createAgent({
  plugins: [greeter, counter, localkv()],
  sources: sourcesFrom({ sets: [`localkv.folder=${folder}`] }),
  logs: new LogRegistry({ sinks: [consoleSink()] }),
});
await agent.start();
