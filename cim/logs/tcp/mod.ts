/**
 * The destination TCP: lines to a log collector over one persistent connection, each record with a line feed.
 * It opens no connection only to test the collector, and keeps no lines: what has to be sent again stays with
 * the caller.
 *
 * @module
 */
export { collectorTarget, type CollectorTargetOptions } from "./collector_target.ts";
export { findSendQueue, type ReadSendQueue } from "./_send_queue.ts";
export { type TcpTls } from "./tcp_connection.ts";
export { type LineBlock, TcpSender, type TcpSenderOptions } from "./tcp_sender.ts";
