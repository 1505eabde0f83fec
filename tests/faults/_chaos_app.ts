/* An application for chaos tests: it can be restarted, and keeps replies until the agent has received them. */
import { textCodec } from "../../core/mod.ts";
import { connectNats, type NatsClient } from "../../plugins/nats/mod.ts";

/** One request to `/updateConfig`. */
export interface ReceivedPush {
  readonly key: string;
  readonly revision: number;
  /** Number of the application's start. */
  readonly start: number;
}

/** A reply that the agent has received: a PONG came after it. */
export interface ConfirmedReply {
  readonly key: string;
  readonly revision: number;
  readonly status: string;
}

export class ChaosApp implements AsyncDisposable {
  readonly port: number;
  readonly pushes: ReceivedPush[] = [];
  readonly confirmed: ConfirmedReply[] = [];
  /** Called after each confirmed reply. */
  onConfirmed: () => void = () => undefined;
  readonly #statusOf: (revision: number) => string;
  readonly #unsent: ConfirmedReply[] = [];
  #server: Deno.HttpServer | undefined;
  #nats: NatsClient | undefined;
  #sending: Promise<void> = Promise.resolve();
  #start = 1;

  constructor(port: number, statusOf: (revision: number) => string) {
    this.port = port;
    this.#statusOf = statusOf;
    this.#serve();
  }

  /** Container id of the current start. */
  get containerId(): string {
    return `c${this.#start}`;
  }

  /** Connects to an agent and sends the replies that no agent has received. */
  async connect(natsUrl: string): Promise<void> {
    await this.#nats?.close();
    this.#nats = await connectNats(natsUrl, { reconnectDelayMs: 100 });
    this.#send();
    await this.#sending;
  }

  /** Ends and starts the HTTP server. The application forgets what it received. */
  async restart(downMs: number): Promise<void> {
    await this.#server?.shutdown();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    this.#start++;
    this.#serve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.shutdown();
    await this.#nats?.close();
    await this.#sending;
  }

  #serve(): void {
    const { port } = this;
    const start = this.#start;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
      if (!request.url.endsWith("/updateConfig")) return new Response(null, { status: 409 });
      const { "change-set-key": key, revision: text } = await request.json();
      const revision = Number(text);
      this.pushes.push({ key, revision, start });
      this.#unsent.push({ key, revision, status: this.#statusOf(revision) });
      this.#send();
      return new Response();
    });
  }

  #send(): void {
    this.#sending = this.#sending.then(() => this.#sendAll());
  }

  async #sendAll(): Promise<void> {
    const nats = this.#nats;
    while (nats && this.#unsent.length > 0) {
      const [reply] = this.#unsent;
      const { key, revision, status } = reply;
      const document = { "change-set-key": key, revision: String(revision), status, remarks: "" };
      try {
        nats.publish("CONFIG", textCodec.encode(JSON.stringify(document)));
        await nats.flush();
      } catch {
        // The agent is down: the reply is sent to the next one.
        return;
      }
      this.#unsent.shift();
      this.confirmed.push(reply);
      this.onConfirmed();
    }
  }
}
