/**
 * The INFO line. Flat JSON without blanks after colons: jnats reads it with patterns.
 *
 * @module
 */
import { utf8 } from "./ascii.ts";

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
