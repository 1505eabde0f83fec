import assert from "node:assert/strict";
import { findSendQueue } from "../../../../cim/logs/tcp/mod.ts";

const table = [
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
  " 341: 0100007F:945D 0100007F:AB7A 01 00000000:0001F464 00:00000000 00000000     0        0 1612166",
  " 963: 0100007F:AB7A 0100007F:945D 01 003D8C00:00000000 04:0000000E 00000000     0        0 1612165",
  "1837: 0100007F:0050 00000000:0000 0A 00000000:00000000 03:000016FF 00000000     0        0 0 3",
].join("\n");

Deno.test("findSendQueue() finds the bytes that the peer has not acknowledged", () => {
  assert.equal(findSendQueue(table, { localPort: 43_898, remotePort: 37_981 }), 0x003d8c00);
  assert.equal(findSendQueue(table, { localPort: 37_981, remotePort: 43_898 }), 0);
});

Deno.test("findSendQueue() returns undefined for a connection that is not in the table", () => {
  assert.equal(findSendQueue(table, { localPort: 37_981, remotePort: 1 }), undefined);
  assert.equal(findSendQueue("", { localPort: 80, remotePort: 1 }), undefined);
});
