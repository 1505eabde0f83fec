/**
 * What a subject is. A subject is a list of tokens joined by dots; `*` stands for one token and `>`,
 * as the last token, for one or more. All functions take byte strings (see `ascii.ts`).
 *
 * @module
 */

/** Whether one can subscribe to it: no empty token, `>` only at the end, no white space. */
export function isValidSubject(subject: string): boolean {
  if (/[\t\n\f\r ]/.test(subject)) return false;
  return hasValidTokens(subject);
}

/** Whether every token is there and `>` stands only at the end; white space is not looked at. */
export function hasValidTokens(subject: string): boolean {
  const tokens = subject.split(".");
  const last = tokens.length - 1;
  return tokens.every((token, i) => token !== "" && (token !== ">" || i === last));
}

/** Whether it has no empty token and no wildcard: the pedantic check of a publish. */
export function isLiteralSubject(subject: string): boolean {
  return subject.split(".").every((token) => token !== "" && token !== "*" && token !== ">");
}

/** Whether one of its tokens is a wildcard. */
export function hasWildcard(subject: string): boolean {
  return subject.split(".").some((token) => token === "*" || token === ">");
}

/** Whether the literal or wildcard `subject` lies wholly within `pattern`. */
export function isSubsetMatch(subject: string, pattern: string): boolean {
  const tokens = subject.split(".");
  const wanted = pattern.split(".");
  for (let i = 0; i < wanted.length; i++) {
    if (i >= tokens.length || tokens[i] === "") return false;
    if (wanted[i] === ">") return i === wanted.length - 1;
    if (tokens[i] === ">") return false;
    if (wanted[i] !== "*" && (tokens[i] === "*" || tokens[i] !== wanted[i])) return false;
  }
  return tokens.length === wanted.length;
}
