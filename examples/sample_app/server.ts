/**
 * The application's three HTTP operations. Answers are immediate; the verdict on a patch comes on NATS.
 *
 * @module
 */
import type { AppDocument } from "./document.ts";
import type { Messages } from "./messages.ts";

/** What the operations need. */
export interface OperationsOptions {
  readonly document: AppDocument;
  readonly messages: Messages;
  /** Tells what happened, for whoever watches this process. */
  readonly say: (line: string) => void;
  /** The agent wants this application to end. */
  readonly onShutdown: () => void;
}

/** Body of `POST /updateConfig`: four texts. */
interface UpdateRequest {
  readonly "change-set-key": string;
  readonly "data-key": string;
  readonly "config-patch": string;
  readonly revision: string;
}

/** The handler of the application's port. */
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
