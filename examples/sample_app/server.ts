/**
 * HTTP operations of the application. Each is answered at once; the verdict on a patch follows on NATS.
 *
 * @module
 */
import type { AppDocument } from "./document.ts";
import type { Messages } from "./messages.ts";

/** Options of {@linkcode operations}. */
export interface OperationsOptions {
  readonly document: AppDocument;
  readonly messages: Messages;
  /** Called with one line for each thing that happened. */
  readonly say: (line: string) => void;
  /** Called when the agent requests the shutdown. */
  readonly onShutdown: () => void;
}

/** Body of `POST /updateConfig`: four strings. */
interface UpdateRequest {
  readonly "change-set-key": string;
  readonly "data-key": string;
  readonly "config-patch": string;
  readonly revision: string;
}

/** Returns the request handler of the application. */
export function operations(options: OperationsOptions): (request: Request) => Promise<Response> {
  const { document, messages, say, onShutdown } = options;
  return async (request) => {
    const { pathname } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case "POST /updateConfig": {
        const update = await request.json() as UpdateRequest;
        say(`updateConfig ${update["data-key"]} revision ${update.revision}`);
        const outcome = document.apply(update["config-patch"]);
        messages.configReply({
          "change-set-key": update["change-set-key"],
          revision: update.revision,
          status: outcome.status,
          remarks: outcome.status === "success" ? "" : outcome.remarks,
        });
        messages.log(`configuration is now ${document}`);
        say(`configuration is now ${document}`);
        return new Response(null, { status: 200 });
      }
      case "POST /api/v1/_operations/loadConfig": {
        document.load(await request.json() as Record<string, unknown>);
        say("loadConfig");
        messages.event("Configured");
        return new Response(null, { status: 200 });
      }
      case "POST /api/v1/_operations/shutdown":
        await request.body?.cancel();
        say("shutdown requested");
        onShutdown();
        return new Response(null, { status: 200 });
      case "GET /config":
        return new Response(`${document}`, { headers: { "content-type": "application/json" } });
      default:
        return new Response("not found", { status: 404 });
    }
  };
}
