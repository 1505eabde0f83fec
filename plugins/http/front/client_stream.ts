/** The bytes of a client: the accepted connection itself, or TLS on it. */
export interface ClientStream {
  /** Reads into the buffer; null at the end of the input. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes at least one byte and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the output. */
  closeWrite(): Promise<void>;
  /** Closes both directions at once. */
  close(): void;
}

/** TLS of a server: performs handshakes with the certificate that it was made with. */
export interface Tls {
  /**
   * Performs the handshake of a connection whose first bytes have been read already.
   *
   * @throws When the handshake fails or the connection ends.
   */
  secure(client: Deno.TcpConn, firstBytes: Uint8Array): Promise<ClientStream>;
}

/** First byte of a TLS connection: a record of the type "handshake". No HTTP connection begins with it. */
export const tlsFirstByte = 0x16;
