/**
 * The REST interface of the subscriptions, with the bodies of the contract: one JSON value and a line feed.
 *
 * @module
 */
import { AgentError, errorCode } from "../../core/mod.ts";
import {
  BufferedResponse,
  type HttpApi,
  type RouteRequest,
  uncachedHeaders,
} from "../../plugins/http/mod.ts";
import { subscriptionErrors } from "./errors.ts";
import { parseSubscription } from "./subscription.ts";
import type { SubscriptionSet } from "./subscription_set.ts";

const base = "/api/v1/_operations/event/subscriptions";
/** Largest body in bytes. */
const maxBodyBytes = 64 * 1024;
const encoder = new TextEncoder();
/** Codes of errors whose text is for the client as it is. */
const ownCodes: ReadonlySet<string> = new Set(
  Object.values(subscriptionErrors).map(({ code }) => code),
);

/** Adds the routes for loopback peers. */
export function addRoutes(http: HttpApi, owner: string, subscriptions: SubscriptionSet): void {
  const one = `${base}/:id`;
  http.route(owner, {
    method: "POST",
    path: base,
    maxBodyBytes,
    handler: answered(async ({ request }) => {
      const id = await subscriptions.add(parseSubscription(await readBody(request)));
      return jsonLine({ subscriptionId: id });
    }),
  });
  http.route(owner, {
    method: "GET",
    path: base,
    handler: () => jsonLine(Object.fromEntries(subscriptions.all)),
  });
  http.route(owner, {
    method: "PUT",
    path: one,
    maxBodyBytes,
    handler: answered(async ({ request, params }) => {
      // An unknown id is reported before a malformed body.
      subscriptions.check(params.id);
      await subscriptions.update(params.id, parseSubscription(await readBody(request)));
      return jsonLine("subscribed event updated successfully");
    }),
  });
  http.route(owner, {
    method: "DELETE",
    path: one,
    handler: answered(async ({ params }) => {
      await subscriptions.remove(params.id);
      return new Response(null, { status: 204 });
    }),
  });
}

/** Turns the errors of the subscriptions into the answers of the contract. */
function answered(
  handler: (request: RouteRequest) => Promise<Response>,
): (request: RouteRequest) => Promise<Response> {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      if (!(error instanceof AgentError) || !ownCodes.has(errorCode(error) ?? "")) throw error;
      return jsonLine({ error: error.message }, error.status);
    }
  };
}

async function readBody(request: Request): Promise<string> {
  try {
    return await request.text();
  } catch (cause) {
    const message = "Unable to process the request body.";
    throw new AgentError(subscriptionErrors.subscription_unreadable, message, { cause });
  }
}

function jsonLine(value: unknown, status = 200): Response {
  return new BufferedResponse(encoder.encode(`${JSON.stringify(value)}\n`), {
    status,
    headers: uncachedHeaders("application/json"),
  });
}
