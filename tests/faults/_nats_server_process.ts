/**
 * A NATS server in a process of its own, so that its memory and its files can be measured from outside. Each
 * line on standard input is a command; each is answered with one line of JSON.
 *
 * ```text
 * stats          counters of the server
 * memory         resident bytes now
 * heap           bytes in use by objects and buffers, after a collection
 * subscribe S    subscribes to S in process
 * pause, resume  declares that subscriber full, or not
 * delivered      messages that it got
 * ```
 */
import { authenticator, NatsServer } from "../../plugins/nats_server/mod.ts";

if (import.meta.main) {
  const { limits, auth, tls } = JSON.parse(Deno.args[0] ?? "{}");
  await using server = new NatsServer({
    port: 0,
    limits,
    tls,
    ...(auth === undefined ? {} : { authenticator: authenticator(auth) }),
  });
  await server.listen();
  let subscriber = server.subscribe("nothing", { onMessage() {} });
  const commands: Record<string, (argument: string) => unknown> = {
    stats: () => server.stats,
    memory: () => Deno.memoryUsage().rss,
    heap() {
      collectGarbage();
      const { heapUsed, external } = Deno.memoryUsage();
      return heapUsed + external;
    },
    subscribe(subject) {
      subscriber = server.subscribe(subject, { onMessage() {} });
      return true;
    },
    pause() {
      subscriber.pause();
      return true;
    },
    resume() {
      subscriber.resume();
      return true;
    },
    delivered: () => subscriber.delivered,
  };
  const answer = (value: unknown) =>
    Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  await answer(server.port);
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const [name, argument = ""] = line.split(" ");
      await answer(commands[name](argument));
    }
  }
}

function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new TypeError("Cannot collect garbage: start with --expose-gc");
  gc();
}
