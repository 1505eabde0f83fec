import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { declineUpgrade } from "../../../../plugins/http/front/decline_upgrade.ts";
import { listening, RawClient, textResponse } from "../_kit.ts";

const ok = () => Promise.resolve(textResponse("ok"));

/** Bytes and text in ISO 8859-1, the alphabet of heads. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function text(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

Deno.test("declineUpgrade() removes the offer and closes, whatever the length and number of the fields", () => {
  const cases = [
    ["Connection: TE", "Upgrade: h2c"],
    ["Connection:", "Upgrade: h2c"],
    ["Upgrade:h2c", "Connection:a"],
    [
      "Connection: Upgrade",
      "Connection: HTTP2-Settings",
      "UPGRADE:\tH2C ",
      "HTTP2-Settings: AAMAAABk",
    ],
    ["Upgrade: h2c"],
    ["Upgrade: websocket, h2c", "Connection: upgrade"],
  ];
  for (const end of ["\r\n", "\n"]) {
    for (const fields of cases) {
      const head = ["GET / HTTP/1.1", "Host: x", ...fields, "Content-Length: 2", "", "hi"].join(
        end,
      );
      const kept = ["GET / HTTP/1.1", "Host: x", "Content-Length: 2"].join(end);
      const rewritten = text(declineUpgrade(bytes(head)));
      assert.equal(rewritten, `${kept}${end}Connection: close\r\n\r\nhi`, fields.join());
    }
  }
});

Deno.test("declineUpgrade() leaves heads without the offer as they are", () => {
  for (
    const head of [
      "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      "GET / HTTP/1.1\r\nX-Upgrade: h2c\r\n\r\nUpgrade: h2c\r\n\r\n",
      "GET / HTTP/1.1\r\nUpgrade: h2c2\r\n\r\n",
      "GET / HTTP/1.1\r\nUpgrade: h2c\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "",
    ]
  ) {
    const given = bytes(head);
    assert.equal(declineUpgrade(given), given);
  }
});

Deno.test("declineUpgrade() changes nothing but the fields of the offer, whatever the head holds", () => {
  const token = fc.string({ unit: "grapheme-ascii", maxLength: 12 }).map((value) =>
    value.replace(/[\r\n]/g, "_")
  );
  fc.assert(
    fc.property(
      fc.array(token, { maxLength: 6 }),
      token,
      fc.string(),
      (values, connection, body) => {
        const others = values.map((value, at) => `X-${at}: ${value}\r`);
        const lines = [
          "GET / HTTP/1.1\r",
          ...others,
          `Connection: ${connection}\r`,
          "Upgrade: h2c\r",
          "\r",
        ];
        const rewritten = text(declineUpgrade(bytes(`${lines.join("\n")}\n${body}`)));
        const kept = ["GET / HTTP/1.1\r", ...others, "Connection: close\r", "\r"];
        assert.equal(rewritten, text(bytes(`${kept.join("\n")}\n${body}`)));
      },
    ),
  );
});

Deno.test("HttpListener answers a request to upgrade to h2c in HTTP/1.1", async () => {
  await using kit = listening(ok);
  using client = await RawClient.open(kit.listener.port);
  await client.send(
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" +
      "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
  );
  assert.match(await client.receive("ok"), /^HTTP\/1.1 200 OK/);
});

Deno.test("HttpListener takes the body of a request that offers h2c, however its head is cut", async () => {
  const request = "POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n" +
    "Content-Length: 2\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\nhi";
  for (const cut of [request.length, 1, 70, request.length - 4]) {
    await using kit = listening(async (request) => textResponse(`got ${await request.text()}`));
    using client = await RawClient.open(kit.listener.port);
    await client.send(request.slice(0, cut));
    if (cut < request.length) await client.send(request.slice(cut));
    const answer = await client.receive();
    assert.match(answer, /^HTTP\/1.1 200 OK[^]*connection: close[^]*got hi$/i);
  }
});

Deno.test("HttpListener leaves other upgrades and what follows the head as they are", async () => {
  await using kit = listening(async (request) => textResponse(`got ${await request.text()}`));
  using client = await RawClient.open(kit.listener.port);
  const body = "\r\nUpgrade: h2c\r\nConnection: keep";
  await client.send(
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  assert((await client.receive("keep")).endsWith(`got ${body}`));
});
