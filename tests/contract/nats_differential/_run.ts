/**
 * Runs a script against a server and writes down what each client got.
 *
 * @module
 */
import { RawClient } from "../../plugins/nats_server/_raw_client.ts";
import { normalise } from "./_normalise.ts";
import { readStep, type Script } from "./_script.ts";

/** What the clients of a script received, comparable between servers. */
export async function run(script: Script, port: number): Promise<Record<string, string[]>> {
  const clients = new Map<string, RawClient>();
  try {
    for (const text of script.steps) {
      const step = readStep(text);
      let client = clients.get(step.client);
      if (client === undefined) {
        client = await RawClient.open(port);
        clients.set(step.client, client);
        await client.until(() => client!.ended || client!.received.includes("\r\n"));
      }
      if (step.kind === "eof") await client.closed();
      else {
        if (step.text !== "") await client.send(step.text);
        if (step.kind !== "raw") await client.settle();
      }
    }
    for (const client of clients.values()) await client.settle();
    return normalise(
      new Map([...clients].map(([name, { received, ended }]) => [name, { received, ended }])),
      script.anyMember ?? false,
    );
  } finally {
    for (const client of clients.values()) await client[Symbol.asyncDispose]();
  }
}
