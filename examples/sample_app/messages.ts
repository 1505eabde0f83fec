/**
 * The messages that the application publishes on NATS.
 *
 * @module
 */
import type { NatsClient } from "../../plugins/nats/mod.ts";
import type { SampleSettings } from "./settings.ts";
import { encodeEvent, encodeLogMessage } from "./wire_format.ts";

/** The application's verdict on one change-set. */
export interface ConfigReply {
  readonly "change-set-key": string;
  readonly revision: string;
  readonly status: "success" | "unused" | "failure";
  readonly remarks: string;
}

/** Publishes log lines, events and verdicts of one container. */
export class Messages {
  readonly #nats: NatsClient;
  readonly #container: Pick<SampleSettings, "containerName" | "containerId">;
  #lines = 0;

  /** Publishes through this connection in the name of this container. */
  constructor(
    nats: NatsClient,
    { containerName, containerId }: Pick<SampleSettings, "containerName" | "containerId">,
  ) {
    this.#nats = nats;
    this.#container = { containerName, containerId };
  }

  /** Publishes one log line. It begins with its number, so that a reader of the log sees gaps. */
  log(text: string): void {
    const payload = `${String(++this.#lines).padStart(8, "0")} INFO ${text}`;
    this.#nats.publish("LOG", encodeLogMessage({ ...this.#container, payload }));
  }

  /** Publishes one event about the application. */
  event(eventName: string): void {
    const { containerName, containerId } = this.#container;
    const managedObject = [["application", containerName]] as const;
    const event = { eventName, eventTime: Date.now(), containerId, managedObject };
    this.#nats.publish("EVENT", encodeEvent(event));
  }

  /** Publishes the verdict on a change-set. */
  configReply(reply: ConfigReply): void {
    this.#nats.publish("CONFIG", new TextEncoder().encode(JSON.stringify(reply)));
  }

  /** Resolves when the agent has processed everything published so far. */
  flush(): Promise<void> {
    return this.#nats.flush();
  }
}
