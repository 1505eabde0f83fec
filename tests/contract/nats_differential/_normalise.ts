/**
 * Takes out of a server's bytes what may differ between two right servers: ids, names, versions, and the
 * order in which one message reaches several subscriptions of one client.
 *
 * @module
 */

/** Keys of INFO that name the server, the machine or the build. `connect_urls` and clusters are out of scope. */
const ignoredInfo = new Set([
  "server_id",
  "server_name",
  "version",
  "git_commit",
  "go",
  "host",
  "port",
  "client_id",
  "nonce",
  "xkey",
  "ip",
  "cluster",
  "jetstream",
  "api_lvl",
  "acc_is_sys",
]);

/** What one client received. */
export interface Received {
  readonly received: string;
  readonly ended: boolean;
}

/** Comparable lists of frames by client. */
export function normalise(
  clients: ReadonlyMap<string, Received>,
  anyMember: boolean,
): Record<string, string[]> {
  const frames = [...clients].map(([name, { received, ended }]) =>
    [name, [...sortFanOut(split(received).map(comparable)), ...(ended ? ["<end>"] : [])]] as [
      string,
      string[],
    ]
  );
  if (!anyMember) return Object.fromEntries(frames);
  const all = frames.flatMap(([, list]) => list);
  return { all: all.map((frame) => frame.replace(/^(H?MSG \S+) \S+/, "$1 *")).sort() };
}

/** Cuts a stream into frames: a line, or a line with its payload. */
export function split(text: string): string[] {
  const frames: string[] = [];
  for (let at = 0; at < text.length;) {
    const feed = text.indexOf("\r\n", at);
    if (feed < 0) {
      frames.push(text.slice(at));
      break;
    }
    const line = text.slice(at, feed);
    const isMessage = /^H?MSG /.test(line);
    const end = isMessage ? feed + 2 + Number(line.slice(line.lastIndexOf(" ") + 1)) + 2 : feed + 2;
    frames.push(text.slice(at, end));
    at = end;
  }
  return frames;
}

function comparable(frame: string): string {
  if (!frame.startsWith("INFO ")) return frame;
  const info = JSON.parse(frame.slice(5)) as Record<string, unknown>;
  const nonce = typeof info.nonce === "string" && info.nonce !== "" ? ["nonce"] : [];
  const kept = Object.entries(info).filter(([key]) => !ignoredInfo.has(key));
  return `INFO ${JSON.stringify([...kept.sort(([a], [b]) => a < b ? -1 : 1), ...nonce])}`;
}

/** Sorts each run of messages that differ in nothing but the subscription. */
function sortFanOut(frames: string[]): string[] {
  const key = (frame: string) => frame.replace(/^(H?MSG \S+) \S+/, "$1");
  const sorted: string[] = [];
  for (let at = 0; at < frames.length;) {
    let end = at + 1;
    while (
      end < frames.length && /^H?MSG/.test(frames[at]) && key(frames[end]) === key(frames[at])
    ) {
      end++;
    }
    sorted.push(...frames.slice(at, end).sort());
    at = end;
  }
  return sorted;
}
