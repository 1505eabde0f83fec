/**
 * Scripts about where bytes are cut: the same session in pieces.
 *
 * @module
 */
import { type Script, script } from "./_script.ts";

const session =
  "SUB foo 1\r\nPUB foo 5\r\nhello\r\nHPUB foo bar 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPING\r\nUNSUB 1 9\r\n+OK\r\nPONG\r\n";

function cut(text: string, ...at: number[]): string[] {
  const edges = [0, ...at, text.length];
  return edges.slice(1).map((end, i) => `A >> ${text.slice(edges[i], end)}`);
}

function everyByte(text: string): string[] {
  return [...text].map((character) => `A >> ${character}`);
}

/** All of them. */
export const framingScripts: readonly Script[] = [
  ...Array.from(
    { length: session.length - 1 },
    (_, i) => script(`cut at byte ${i + 1}`, "A connect", ...cut(session, i + 1), "A sync"),
  ),
  script("byte by byte", "A connect", ...everyByte(session), "A sync"),
  script("CONNECT byte by byte", ...everyByte('CONNECT {"verbose":false}\r\nPING\r\n'), "A sync"),
  script(
    "a large payload in pieces",
    "A connect",
    "A > SUB foo 1",
    "A >> PUB foo 100000\r\n",
    ...Array.from({ length: 10 }, () => `A >> ${"p".repeat(10_000)}`),
    "A >> \r\n",
    "A sync",
  ),
  script(
    "a wrong byte after the payload, alone",
    "A connect",
    "A >> PUB foo 2\r\nhi",
    "A >> X",
    "A eof",
  ),
  script(
    "a wrong byte after the CR, alone",
    "A connect",
    "A >> PUB foo 2\r\nhi\r",
    "A >> X",
    "A eof",
  ),
  script("a wrong first byte needs no line end", "A connect", "A >> X", "A eof"),
  script("a wrong second byte needs no line end", "A connect", "A >> PX", "A eof"),
  script("a control line that never ends", "A connect", `A >> SUB ${"a".repeat(5000)}`, "A eof"),
  script("a CONNECT that never ends", `A >> CONNECT {"name":"${"a".repeat(5000)}`, "A eof"),
  script(
    "too large a payload is refused before it comes",
    "A connect",
    "A >> PUB foo 2000000\r\n",
    "A eof",
  ),
  script(
    "nothing is parsed after a mistake",
    "A connect",
    "A >> SUB foo 1\r\nFOO\r\nPUB foo 2\r\nhi\r\n",
    "A eof",
  ),
  script(
    "what came before a mistake counts",
    "A connect",
    "B connect",
    "B > SUB foo 1",
    "A >> PUB foo 2\r\nhi\r\nFOO\r\n",
    "A eof",
  ),
];
