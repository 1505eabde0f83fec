/* An application under the test's control. */
import { buildLogMessage } from "../_support/wire_messages.ts";
import type { AgentProcess } from "./_agent.ts";

export interface FakeApp extends AsyncDisposable {
  readonly port: number;
  /** Bodies of the requests whose path ends with this. */
  requests(path: string): readonly string[];
  register(agent: AgentProcess): Promise<void>;
  /** A LOG payload. */
  line(text: string): Uint8Array;
  /** A CONFIG payload. */
  reply(key: string, revision: string, status: string): Uint8Array;
}

/** Answers everything with 200 and remembers it. It never says that it has shut down. */
export function fakeApp(): FakeApp {
  const seen: { path: string; body: string }[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      seen.push({ path: new URL(request.url).pathname, body: await request.text() });
      return new Response(null, { status: 200 });
    },
  );
  const container = { containerName: "amf", containerId: "c1" };
  return {
    port: server.addr.port,
    requests: (path) => seen.filter((one) => one.path.endsWith(path)).map(({ body }) => body),
    async register({ restUrl }) {
      const response = await fetch(`${restUrl}/api/v1/_operations/xgvela/register`, {
        method: "POST",
        body: JSON.stringify({ container_name: "amf", container_id: "c1" }),
      });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`registration: ${response.status} ${text}`);
    },
    line: (payload) => buildLogMessage({ ...container, payload }),
    reply: (key, revision, status) =>
      new TextEncoder().encode(
        JSON.stringify({ "change-set-key": key, revision, status, remarks: "" }),
      ),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
