/**
 * The INFO line: flat JSON without blanks after colons, because old jnats parses it with regular expressions.
 *
 * @module
 */
import { utf8 } from "./ascii.ts";
import { readFields } from "./json_fields.ts";

/** Members of INFO that are the same for every client. */
export interface ServerInfo {
  readonly server_id: string;
  readonly server_name: string;
  readonly version: string;
  readonly proto: number;
  readonly go: string;
  readonly host: string;
  readonly port: number;
  readonly headers: boolean;
  readonly auth_required?: true;
  readonly tls_required?: true;
  readonly tls_verify?: true;
  readonly tls_available?: true;
  readonly max_payload: number;
}

/** Members of INFO that depend on the client or on the moment. */
export interface ClientInfo {
  readonly client_id: number;
  readonly client_ip: string;
  readonly nonce?: string;
  readonly tls_required?: true;
  readonly ldm?: true;
  readonly connect_info?: true;
  readonly remote_account?: string;
}

/** The INFO line, CRLF included. */
export function infoLine(server: ServerInfo, client: ClientInfo): Uint8Array {
  return utf8(`INFO ${JSON.stringify({ ...server, ...client })} \r\n`);
}

/** Members of an INFO that a client may send; only their types are checked. */
const readableInfo = {
  server_id: "",
  server_name: "",
  version: "",
  proto: 0,
  git_commit: "",
  go: "",
  host: "",
  port: 0,
  headers: false,
  auth_required: false,
  tls_required: false,
  tls_verify: false,
  tls_available: false,
  max_payload: 0,
  jetstream: false,
  ip: "",
  client_id: 0,
  client_ip: "",
  nonce: "",
  cluster: "",
  domain: "",
  connect_urls: [] as readonly string[],
  ws_connect_urls: [] as readonly string[],
  ldm: false,
  connect_info: false,
  remote_account: "",
  xkey: "",
};

/** Whether an INFO sent by a client is valid. Its content is ignored. */
export function isReadableInfo(json: Uint8Array): boolean {
  return readFields(json, readableInfo) !== null;
}
