/**
 * The argument of CONNECT.
 *
 * @module
 */
import { utf8Text } from "./ascii.ts";

/** What a client says about itself. Absent keys keep the value they had: a client may connect again. */
export interface ConnectOptions {
  verbose: boolean;
  pedantic: boolean;
  echo: boolean;
  headers: boolean;
  no_responders: boolean;
  tls_required: boolean;
  new_account: boolean;
  protocol: number;
  name: string;
  lang: string;
  version: string;
  account: string;
  user: string;
  pass: string;
  auth_token: string;
  nkey: string;
  sig: string;
  jwt: string;
}

/** What counts before CONNECT: old clients rely on verbose and pedantic being on. */
export function connectDefaults(): ConnectOptions {
  return {
    verbose: true,
    pedantic: true,
    echo: true,
    headers: false,
    no_responders: false,
    tls_required: false,
    new_account: false,
    protocol: 0,
    name: "",
    lang: "",
    version: "",
    account: "",
    user: "",
    pass: "",
    auth_token: "",
    nkey: "",
    sig: "",
    jwt: "",
  };
}

/**
 * Reads the JSON as the reference does: keys in any case, unknown keys ignored, `null` for "as before".
 * Returns `null` when it is not an object or a known key has a value of another type.
 */
export function readConnect(json: Uint8Array, before: ConnectOptions): ConnectOptions | null {
  const parsed = parseJson(utf8Text(json));
  if (parsed === null) return { ...before };
  if (typeof parsed !== "object" || Array.isArray(parsed)) return null;
  const options: ConnectOptions = { ...before };
  for (const [key, value] of Object.entries(parsed)) {
    if (value === null) continue;
    const name = key.toLowerCase();
    if (!isOption(name, options)) continue;
    if (typeof value !== typeof options[name]) return null;
    if (typeof value === "number" && !Number.isSafeInteger(value)) return null;
    Object.assign(options, { [name]: value });
  }
  return options;
}

function isOption(name: string, options: ConnectOptions): name is keyof ConnectOptions {
  return Object.hasOwn(options, name);
}

/** The value, or `undefined` when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
