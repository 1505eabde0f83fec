/**
 * What the application publishes.
 *
 * @module
 */
import { buildEvent, buildLogMessage } from "../../cim/wire/mod.ts";
import type { NatsClient } from "../../plugins/nats/mod.ts";
import type { SampleSettings } from "./settings.ts";

/** The verdict on one change-set. */
export interface ConfigReply {
  readonly "change-set-key": string;
  readonly revision: string;
  readonly status: "success" | "unused" | "failure";
  readonly remarks: string;
}

/** The application's voice. */
export class Messages {
  readonly #nats: NatsClient;
  readonly #container: Pick<SampleSettings, "containerName" | "containerId">;
  #lines = 0;

  constructor(
    nats: NatsClient,
    { containerName, containerId }: Pick<SampleSettings, "containerName" | "containerId">,
  ) {
    this.#nats = nats;
    this.#container = { containerName, containerId };
  }

  /** One line of the application's log. Its number comes first, so that order and gaps can be seen. */
  log(text: string): void {
    const payload = `${String(++this.#lines).padStart(8, "0")} INFO ${text}`;
    this.#nats.publish("LOG", buildLogMessage({ ...this.#container, payload }));
  }

  /** Something that happened to the application. */
  event(eventName: string): void {
    const { containerName, containerId } = this.#container;
    this.#nats.publish(
      "EVENT",
      buildEvent({
        eventName,
        eventTime: BigInt(Date.now()),
        containerId,
        managedObject: [["application", containerName]],
      }),
    );
  }

  /** The answer to a change-set. */
  configReply(reply: ConfigReply): void {
    this.#nats.publish("CONFIG", new TextEncoder().encode(JSON.stringify(reply)));
  }

  /** Resolves when the agent has taken everything. */
  flush(): Promise<void> {
    return this.#nats.flush();
  }
}
