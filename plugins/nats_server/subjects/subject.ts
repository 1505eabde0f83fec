/**
 * Syntax of subjects. A subject is a list of tokens joined by dots; `*` matches one token and `>`, as the last
 * token, matches one or more. All functions take byte strings (see `protocol/ascii.ts`).
 *
 * @module
 */

/** Whether a client can subscribe to it: no empty token, `>` only at the end, no white space. */
export function isValidSubject(subject: string): boolean {
  if (/[\t\n\f\r ]/.test(subject)) return false;
  return hasValidTokens(subject);
}

/** Whether no token is empty and `>` is only the last one. White space is not checked. */
export function hasValidTokens(subject: string): boolean {
  const tokens = subject.split(".");
  const last = tokens.length - 1;
  return tokens.every((token, i) => token !== "" && (token !== ">" || i === last));
}

/** Whether it has no empty token and no wildcard; pedantic clients may publish on nothing else. */
export function isLiteralSubject(subject: string): boolean {
  return subject.split(".").every((token) => token !== "" && token !== "*" && token !== ">");
}

/** Whether one of its tokens is a wildcard. */
export function hasWildcard(subject: string): boolean {
  return subject.split(".").some((token) => token === "*" || token === ">");
}

/** Whether `pattern` matches every subject that `subject`, literal or wildcard, matches. */
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

/** Whether some subject is matched by both, literal or wildcard. */
export function subjectsOverlap(one: string, other: string): boolean {
  const left = one.split(".");
  const right = other.split(".");
  for (let i = 0; i < left.length && i < right.length; i++) {
    if (left[i] === ">" || right[i] === ">") return true;
    if (left[i] !== right[i] && left[i] !== "*" && right[i] !== "*") return false;
  }
  return left.length === right.length;
}
