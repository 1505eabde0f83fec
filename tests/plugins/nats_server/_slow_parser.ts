/**
 * A simple parser as an oracle: it reads a whole stream line by line. It supports well-formed sessions only;
 * protocol errors are covered by the differential tests.
 *
 * @module
 */

/** The operations in a stream, one text each. */
export function readStream(stream: string): string[] {
  const said: string[] = [];
  let rest = stream;
  while (rest !== "") {
    const feed = rest.indexOf("\n");
    const line = rest.slice(0, feed).replace(/\r$/, "");
    rest = rest.slice(feed + 1);
    const verb = /^[A-Za-z+-]+/.exec(line)![0].toUpperCase();
    const words = line.slice(verb.length).split(/[ \t]+/).filter((word) => word !== "");
    if (verb === "PING" || verb === "PONG") said.push(verb);
    else if (verb === "PUB" || verb === "HPUB") {
      const size = Number(words.at(-1));
      const headers = verb === "HPUB" ? Number(words.at(-2)) : 0;
      const reply = words.length === (verb === "HPUB" ? 4 : 3) ? words[1] : "";
      said.push(
        JSON.stringify([words[0], reply, rest.slice(0, headers), rest.slice(headers, size)]),
      );
      rest = rest.slice(size + 2);
    } else if (verb !== "+OK") {
      said.push(`${verb} ${line.slice(verb.length).replace(/^[ \t]+/, "")}`);
    }
  }
  return said;
}
