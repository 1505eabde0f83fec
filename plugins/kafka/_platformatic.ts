/** The only import of npm:@platformatic/kafka, loaded lazily with the driver. */
export {
  compressionsAlgorithms,
  ConnectionPool,
  Consumer,
  createAPI,
  createTopicsV4,
  initProducerIdV1,
  metadataV7,
  Writer,
} from "npm:@platformatic/kafka@2.12.1";
export type {
  Connection,
  ConnectionOptions,
  Message,
  MessagesStream,
  Reader,
} from "npm:@platformatic/kafka@2.12.1";
