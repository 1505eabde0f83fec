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
import { createPrivateKey, X509Certificate } from "node:crypto";
import { Duplex } from "node:stream";
import { createServer, type TlsOptions as NodeTlsOptions, type TLSSocket } from "node:tls";
import type { ClientStream, Tls, TlsOptions } from "./client_stream.ts";

/** Size of a read from the connection; one TLS record fits. */
const readBytes = 16_640;

/** TLS with these certificates. @throws {TypeError} When they are not PEM or do not belong together. */
export function serverTls(options: TlsOptions): Tls {
  const nodeOptions = checkedOptions(options);
  return {
    secure: (client, firstBytes) => handshake(streamOf(client, firstBytes), nodeOptions),
  };
}

/** Checks the certificates now; the runtime would report an error only at the first handshake. */
function checkedOptions({ cert, key, clientCa }: TlsOptions): NodeTlsOptions {
  try {
    const matches = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    if (!matches) throw new TypeError("the key does not belong to the certificate");
    for (const certificate of certificatesOf(clientCa)) new X509Certificate(certificate);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`Cannot use the TLS certificates: ${reason}`, { cause: error });
  }
  const verification = clientCa === undefined
    ? {}
    : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return {
    cert,
    key,
    ...verification,
    ALPNProtocols: ["h2", "http/1.1"],
    minVersion: "TLSv1.2",
  };
}

/** Each certificate of a PEM text, or the text itself when it has none; the library reads only the first of a text. */
function certificatesOf(pem: string | undefined): readonly string[] {
  if (pem === undefined) return [];
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  return found ?? [pem];
}

function handshake(stream: Duplex, options: NodeTlsOptions): Promise<ClientStream> {
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
  readonly #chunks: Uint8Array[] = [];
  #isEnded = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: TLSSocket, stream: Duplex) {
    this.#socket = socket;
    this.#stream = stream;
    const fail = (error: Error) => {
      this.#error ??= error;
      this.#wake?.();
    };
    const end = () => {
      this.#isEnded = true;
      this.#wake?.();
    };
    stream.on("error", fail);
    socket.on("error", fail);
    socket.on("end", end);
    socket.on("close", end);
    socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      socket.pause();
      this.#wake?.();
    });
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#chunks.length === 0) {
      if (this.#error) throw this.#error;
      if (this.#isEnded) return null;
      this.#socket.resume();
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const [chunk] = this.#chunks;
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const onClose = () => reject(this.#error ?? new Error("the connection is closed"));
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
