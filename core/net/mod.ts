/**
 * Network addresses, certificates of TLS servers, and reading from sockets of Node. It resolves no names and opens no
 * sockets.
 *
 * @module
 */
export { formatHostPort, type HostPort, parseHostPort } from "./host_port.ts";
export { isLoopback } from "./loopback.ts";
export { SocketReader } from "./socket_reader.ts";
export {
  type CertificateOptions,
  certificateOptions,
  derCertificates,
  type ServerCertificates,
} from "./tls_certificates.ts";
