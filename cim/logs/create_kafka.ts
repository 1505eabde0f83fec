/**
 * Builds the destination KAFKA.
 *
 * @module
 */
import type { Book } from "../../core/books/mod.ts";
import type { Sender } from "../../core/forward/mod.ts";
import { MemorySpool, type SpoolBlock, type SpoolQueue } from "../../core/spool/mod.ts";
import type { LogEnvelope } from "../wire/mod.ts";
import type { Destination, DestinationParts } from "./destination.ts";
import { frameFormat, SpooledLines } from "./spooled/mod.ts";

/** A record that Kafka will never accept. */
export interface RefusedRecord {
  /** Why, as counted in the book. */
  readonly reason: string;
  /** The original bytes. */
  readonly record: Uint8Array;
  /** The answer of Kafka. */
  readonly cause: unknown;
}

/** Options of the destination KAFKA. */
export interface KafkaOptions {
  /** Creates the sender of the topic, which calls `onRejected` with each record that it will never accept. */
  readonly openSender: (
    onRejected: (record: RefusedRecord) => void,
  ) => Sender<SpoolBlock | readonly SpoolBlock[]>;
  /** Keeps a refused record for an operator. */
  readonly onRefused: (record: RefusedRecord) => void;
  /** Queue. Default: one in memory. */
  readonly queue?: SpoolQueue;
  /** Whether the queue keeps its blocks when the process ends. Default: whether there is a `queue`. */
  readonly isDurable?: boolean;
  /** Records, by reason, that the queue lost since the book was saved. Default: none. */
  readonly damaged?: ReadonlyMap<string, number>;
  /** Whether lines are sent later when sending fails. False: new lines go to files meanwhile. Default true. */
  readonly canResend?: boolean;
}

/** What {@linkcode createKafka} needs besides. */
export interface KafkaSurroundings {
  /** What destinations are made from. */
  readonly parts: DestinationParts;
  /** Encodes records in the JSON envelope; undefined sends them as they are. */
  readonly envelope: LogEnvelope | undefined;
  /** Opens the book; the argument returns the number of lines in flight. */
  readonly openBook: (inFlight: () => number) => Book;
  /** The destination FILE. */
  readonly files: Destination;
}

/** Creates the destination and starts sending what its queue holds. */
export function createKafka(options: KafkaOptions, around: KafkaSurroundings): SpooledLines {
  const { openSender, onRefused, queue, isDurable = queue !== undefined } = options;
  const { canResend = true } = options;
  const { parts, envelope, openBook, files } = around;
  let refused = new Map<string, number>();
  const sender = openSender((record) => {
    refused.set(record.reason, (refused.get(record.reason) ?? 0) + 1);
    onRefused(record);
  });
  const lines = new SpooledLines({
    ...parts,
    name: "kafka",
    place: "the Kafka topic LOGS",
    format: frameFormat(envelope),
    queue: queue ??
      new MemorySpool({ maxBytes: parts.pressure.maxBufferedBytes }).queue("logs_kafka"),
    isDurable,
    damaged: options.damaged,
    sender: {
      send: (block, signal) => sender.send(block, signal),
      sendAll: (blocks, signal) => sender.send(blocks, signal),
      takeRefused() {
        const taken = refused;
        if (taken.size > 0) refused = new Map();
        return taken;
      },
      // The acknowledgement of a block is its delivery; the connection belongs to the Kafka client.
      end: () => Promise.resolve(true),
    },
    fallback: canResend ? undefined : files,
    openBook,
  });
  lines.start();
  return lines;
}
