/**
 * The INFO line. Flat JSON without blanks after colons: jnats reads it with patterns.
 *
 * @module
 */
import { utf8 } from "./ascii.ts";
import { readFields } from "./json_fields.ts";

/** What stands in INFO for every client. */
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

/** What stands in INFO for one client, or at one moment. */
export interface ClientInfo {
  readonly client_id: number;
  readonly client_ip: string;
  readonly nonce?: string;
  readonly ldm?: true;
  readonly connect_info?: true;
  readonly remote_account?: string;
}

/** The line, with its end. */
export function infoLine(server: ServerInfo, client: ClientInfo): Uint8Array {
  return utf8(`INFO ${JSON.stringify({ ...server, ...client })} \r\n`);
}

/** Fields of an INFO that a client may send; only their types count. */
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

/** Whether an INFO from a client can be read. Nothing more is made of it. */
export function isReadableInfo(json: Uint8Array): boolean {
  return readFields(json, readableInfo) !== null;
}
