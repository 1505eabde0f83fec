/**
 * The argument of CONNECT.
 *
 * @module
 */
import { readFields } from "./json_fields.ts";

/** Options of CONNECT. Absent keys keep their previous value, because a client may send CONNECT again. */
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

/** Options before CONNECT; old clients rely on `verbose` and `pedantic` being on. */
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

/** Reads the argument; `null` when it is invalid. */
export function readConnect(json: Uint8Array, before: ConnectOptions): ConnectOptions | null {
  return readFields(json, before);
}
