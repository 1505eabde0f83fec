/** Golden payloads of the contract, shared by the tests of this folder. */
import { EventDocument, EventView, LogEnvelope, LogMessageView } from "../../../cim/wire/mod.ts";

/** LogMessages V1 to V4. */
export const LOGS = {
  V1:
    "1000000000000a0010000c00080004000a0000000c00000014000000180000000500000068656c6c6f00000003000000616d66000200000063310000",
  V2:
    "1000000000000a0010000c00080004000a0000000c000000200000002400000010000000613c623e262271225c09e280a8c3a90a0000000003000000616d66000000000000000000",
  V3:
    "1000000000000a001000040008000c000a000000180000001c000000040000000500000068656c6c6f000000020000006331000003000000616d6600",
  V4:
    "1000000000000a001000040008000c000a0000005000000058000000040000003e0000005b323032312d30342d31392031303a30303a30302e3030305d5b494e464f205d5b373731375d3a5b6d61696e2020202020205d207574696c2e582d2068690000040000006e756c6c0000000005000000636d616173000000",
} as const;

/** Events V5 to V9. */
export const EVENTS = {
  V5:
    "180000000000000000000e0020001c0010000c00080004000e0000001c000000400000007000000000806e877401000000000000680000000100000004000000d8ffffff080000000c00000003000000683a310004000000686f737400000000010000000c00000008000c000800040008000000080000000c00000003000000683a310009000000636f6c6c6563746f7200000002000000633100000d000000436f6c6c6563746f72446f776e000000",
  V6:
    "2000000000001a00340030002800240020001c001800140010000c00080004001a00000030000000340000003c000000540000007400000094000000b4000000d40000002c00000000806e87740100002800000003000000504f440005000000736e616d65000000030000007369640002000000633100000400000046756c6c00000000010000000400000050ffffff080000000c00000001000000360000000100000066000000010000000400000074ffffff080000000c00000001000000350000000100000065000000010000000400000098ffffff080000000c000000010000003400000001000000640000000100000004000000bcffffff080000000c00000001000000330000000100000063000000020000002c00000004000000e4ffffff080000000c0000000100000032000000010000006200000008000c000800040008000000080000000c00000001000000310000000100000061000000",
  V7:
    "0c000000080010000c0004000800000000806e8774010000040000000d0000004e6f74436f6e66696775726564000000",
  V8:
    "14000000000000000c001c0018000c00080004000c000000380000001400000000806e8774010000000000000c000000020000006331000011000000436d61617341756469744661696c757265000000020000003000000004000000e0ffffff080000001000000005000000616d662d3000000003000000706f640008000c000800040008000000080000000c000000030000006e733100090000006e616d657370616365000000",
  V9:
    "2000000000000000180024002000180014000000100000000c000000080004001800000020000000280000004c000000800000002800000000806e877401000024000000070000004d453d6d652d310004000000756964310000000002000000633100000f0000004e464d676d74496e74665265616479000100000004000000c8ffffff08000000180000000f0000004e464d676d74496e74665265616479000a0000006368616e6765547970650000010000000c00000008000c000800040008000000080000000c000000030000006e663100060000006e664e616d650000",
} as const;

/** The object `SH` of the contract. */
export const SOURCE_HEADERS =
  '{"pod_uuid":"0b5f0c9e-7d1a-4c6e-9a51-2f1f6f0f3c11","podId":"amf-0","microservice":"amf","nf":"nf1","nfPrefix":"ns1","nfType":"5gc","svcVersion":"v1","vendorId":"mvnr","xgvelaId":"xgvela1","nfClass":"core","nfId":"nf1","nfServiceId":"amf","nfServiceType":"amf"}';

/** Payloads N1 to N6, which are neither LogMessages nor Events. */
export const NEGATIVES: Readonly<Record<string, Uint8Array>> = {
  N1: new Uint8Array(0),
  N2: hex("010203"),
  N3: new TextEncoder().encode("hello world, plain text log line"),
  N4: new Uint8Array(16),
  N5: hex("ff0000000000"),
  N6: hex(LOGS.V1).slice(0, 36),
};

/** Bytes written as hexadecimal digits. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits);
}

/** `payload` in the middle of other bytes, as it stands in a read chunk, with its range. */
export function embedded(
  payload: Uint8Array,
): { buffer: Uint8Array; start: number; end: number } {
  const buffer = new Uint8Array(payload.length + 26).fill(0xa5);
  buffer.set(payload, 13);
  return { buffer, start: 13, end: 13 + payload.length };
}

/** Id, name and payload of a LogMessage as text; throws when the reader refuses it. */
export function readLog(payload: Uint8Array): { id: string; name: string; payload: string } {
  const { buffer, start, end } = embedded(payload);
  const view = new LogMessageView();
  const fault = view.read(buffer, start, end);
  if (fault !== undefined) throw new Error(`refused: ${fault}`);
  const text = (from: number, to: number) => new TextDecoder().decode(buffer.subarray(from, to));
  return {
    id: text(view.idStart, view.idEnd),
    name: text(view.nameStart, view.nameEnd),
    payload: text(view.payloadStart, view.payloadEnd),
  };
}

/** Envelope of a LogMessage for pod amf-0 in ns1; throws when the reader refuses it. */
export function envelopeOf(payload: Uint8Array): string {
  const { buffer, start, end } = embedded(payload);
  const view = new LogMessageView();
  const fault = view.read(buffer, start, end);
  if (fault !== undefined) throw new Error(`refused: ${fault}`);
  const envelope = new LogEnvelope({ namespace: "ns1", podName: "amf-0" });
  const target = new Uint8Array(envelope.maxLength(view));
  return new TextDecoder().decode(target.subarray(0, envelope.write(view, target, 0)));
}

/** JSON document of an Event with {@linkcode SOURCE_HEADERS}; throws when the reader refuses it. */
export function documentOf(payload: Uint8Array, headers = SOURCE_HEADERS): string {
  const { buffer, start, end } = embedded(payload);
  const view = new EventView();
  const fault = view.read(buffer, start, end);
  if (fault !== undefined) throw new Error(`refused: ${fault}`);
  const document = new EventDocument().write(view, new TextEncoder().encode(headers));
  return new TextDecoder().decode(document);
}

/** The document of each event, in the context of the contract. */
export const EVENT_DOCUMENTS = {
  V5:
    '{"eventName":"CollectorDown","eventTime":1600000000000,"managedObject":[{"name":"collector","value":"h:1"}],"additionalInfo":[{"name":"host","value":"h:1"}]' +
    `,"sourceHeaders":${SOURCE_HEADERS}` + ',"containerId":"c1"}',
  V6:
    '{"eventName":"Full","eventTime":1600000000000,"eventSourceType":"POD","managedObject":[{"name":"a","value":"1"},{"name":"b","value":"2"}],"additionalInfo":[{"name":"c","value":"3"}],"thresholdInfo":[{"name":"d","value":"4"}],"stateChangeDefinition":[{"name":"e","value":"5"}],"monitoredAttributes":[{"name":"f","value":"6"}]' +
    `,"sourceHeaders":${SOURCE_HEADERS}` +
    ',"containerId":"c1","sourceName":"sname","sourceId":"sid"}',
  V7: '{"eventName":"NotConfigured","eventTime":1600000000000,"managedObject":null' +
    `,"sourceHeaders":${SOURCE_HEADERS}` + ',"containerId":""}',
  V8:
    '{"eventName":"CmaasAuditFailure","eventTime":1600000000000,"managedObject":[{"name":"namespace","value":"ns1"},{"name":"pod","value":"amf-0"}]' +
    `,"sourceHeaders":${SOURCE_HEADERS}` + ',"containerId":"c1"}',
  V9:
    '{"eventName":"NFMgmtIntfReady","eventTime":1600000000000,"managedObject":null,"additionalInfo":[{"name":"nfName","value":"nf1"}],"stateChangeDefinition":[{"name":"changeType","value":"NFMgmtIntfReady"}]' +
    `,"sourceHeaders":${SOURCE_HEADERS}` +
    ',"containerId":"c1","sourceName":"ME=me-1","sourceId":"uid1"}',
} as const;
