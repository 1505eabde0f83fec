/* The library alone: its producer gets one object per record, as its users write it. */
import { Buffer } from "node:buffer";
import { Producer } from "npm:@platformatic/kafka@2.12.1";

/** A producer of the library for one topic. */
export function libraryProducer(broker: string, topic: string) {
  const producer = new Producer({
    clientId: "bench",
    bootstrapBrokers: [broker],
    idempotent: true,
  });
  return {
    /** Sends records with this value and waits for all replicas. */
    async send(value: Uint8Array, records: number): Promise<void> {
      const messages = Array.from(
        { length: records },
        () => ({ topic, value: Buffer.from(value) }),
      );
      await producer.send({ messages, acks: -1 });
    },
    [Symbol.asyncDispose]: () => producer.close(),
  };
}
