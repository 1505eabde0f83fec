/**
 * TLS 1.2 and 1.3 on connections that the front has accepted. ALPN offers `h2` and `http/1.1`; the decrypted bytes go
 * the way of all others, since the inner server accepts both protocols.
 *
 * `Deno.startTls` supports clients only, and `Deno.listenTls` cannot take over a connection on which a byte was read,
 * so `node:tls` works on a stream over the connection. Only a TLS server verifies client certificates; it does not
 * listen, but gets the stream as its connection. Each handshake has a server of its own, so that its result cannot be
 * mistaken for that of another.
 *
 * @module
 */
import { Duplex } from "node:stream";
import { createServer, type TlsOptions, type TLSSocket } from "node:tls";
import {
  certificateOptions,
  type ServerCertificates,
  SocketReader,
} from "../../../core/net/mod.ts";
import type { ClientStream, Tls } from "./client_stream.ts";

/** Size of a read from the connection; one TLS record fits. */
const readBytes = 16_640;

/** TLS with these certificates. @throws {TypeError} When they are not PEM or do not belong together. */
export function serverTls(certificates: ServerCertificates): Tls {
  const nodeOptions: TlsOptions = {
    ...certificateOptions(certificates),
    ALPNProtocols: ["h2", "http/1.1"],
    minVersion: "TLSv1.2",
  };
  return {
    secure: (client, firstBytes) => handshake(streamOf(client, firstBytes), nodeOptions),
  };
}

function handshake(stream: Duplex, options: TlsOptions): Promise<ClientStream> {
  const { promise, resolve, reject } = Promise.withResolvers<ClientStream>();
  const onEnd = () => reject(new Error("the connection closed during the TLS handshake"));
  stream.on("error", reject);
  stream.on("close", onEnd);
  stream.on("end", onEnd);
  const server = createServer(options);
  server.on("tlsClientError", reject);
  server.on("secureConnection", (socket: TLSSocket) => {
    stream.off("close", onEnd);
    stream.off("end", onEnd);
    resolve(new TlsStream(socket, stream));
  });
  server.emit("connection", stream);
  return promise;
}

/** The connection as a stream of Node. Destroying the stream leaves the connection open; its owner closes it. */
function streamOf(client: Deno.TcpConn, firstBytes: Uint8Array): Duplex {
  let first: Uint8Array | undefined = firstBytes;
  const buffer = new Uint8Array(readBytes);
  return new Duplex({
    read() {
      if (first) {
        this.push(first);
        first = undefined;
        return;
      }
      client.read(buffer).then(
        (read) => this.push(read === null ? null : buffer.slice(0, read)),
        (error) => this.destroy(error),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(client, chunk).then(() => done(), done);
    },
    final(done) {
      client.closeWrite().then(() => done(), done);
    },
  });
}

async function writeAll(client: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await client.write(bytes.subarray(at));
}

/** The decrypted side of a connection. */
class TlsStream implements ClientStream {
  readonly #socket: TLSSocket;
  readonly #stream: Duplex;
  readonly #reader = new SocketReader();

  constructor(socket: TLSSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
    stream.on("error", (error: Error) => this.#reader.fail(error));
    socket.on("error", (error: Error) => this.#reader.fail(error));
    socket.on("close", () => this.#reader.end());
    this.#reader.attach(socket);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#reader.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const onClose = () => reject(this.#reader.error ?? new Error("the connection is closed"));
    if (this.#socket.destroyed) {
      onClose();
      return promise;
    }
    // The callback may never be called after the socket is destroyed, so `close` settles the promise, too. The bytes
    // are copied, because the caller uses its buffer again while records may still wait.
    this.#socket.once("close", onClose);
    this.#socket.write(bytes.slice(), (error) => {
      this.#socket.off("close", onClose);
      if (error) reject(error);
      else resolve(bytes.length);
    });
    return promise;
  }

  closeWrite(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once("close", () => resolve());
    this.#socket.end(() => resolve());
    return promise;
  }

  close(): void {
    this.#socket.destroy();
    this.#stream.destroy();
  }
}
