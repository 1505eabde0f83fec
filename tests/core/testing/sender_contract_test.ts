import assert from "node:assert/strict";
import { delivered, type Delivery, type Sender } from "../../../core/forward/mod.ts";
import type { SenderFixture } from "../../../core/testing/mod.ts";
import { senderContract } from "../../../core/testing/mod.ts";
import { senderCases } from "../../../core/testing/_sender_cases.ts";

interface Peer {
  readonly list: number[];
  isFailing: boolean;
  isHanging: boolean;
}

type Send = (peer: Peer, item: number, signal: AbortSignal) => Delivery | Promise<Delivery>;

/** A sender that keeps the contract; each broken one below replaces it. */
const correct: Send = (peer, item, signal) => {
  if (peer.isHanging || signal.aborted) return { status: "retry", reason: "aborted" };
  if (peer.isFailing) return { status: "retry", reason: "down" };
  peer.list.push(item);
  return delivered;
};

function fixture(send: Send): SenderFixture<number> {
  const peer: Peer = { list: [], isFailing: false, isHanging: false };
  const sender: Sender<number> = { send: async (item, signal) => await send(peer, item, signal) };
  const set = (state: Partial<Peer>) => Promise.resolve(void Object.assign(peer, state));
  return {
    sender,
    item: (number) => number,
    arrived: () => Promise.resolve(peer.list),
    fail: () => set({ isFailing: true }),
    recover: () => set({ isFailing: false }),
    hang: () => set({ isHanging: true }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

senderContract({ name: "list", open: () => Promise.resolve(fixture(correct)) });

/** A sender that breaks one promise each, and the case that finds it. */
const broken: [title: string, send: Send][] = [
  [
    "delivers items once each, in the order in which they are sent",
    (peer, item, signal) => {
      peer.list.unshift(item);
      return correct({ ...peer, list: [] }, item, signal);
    },
  ],
  [
    "returns an outcome with a reason, and does not throw, while its peer fails",
    (peer, item, signal) => {
      if (peer.isFailing) throw new Error("connection reset");
      return correct(peer, item, signal);
    },
  ],
  [
    "delivers an item that failed once its peer works, complete and once",
    (peer, item, signal) => {
      if (peer.isFailing) peer.list.push(item);
      return correct(peer, item, signal);
    },
  ],
  [
    "settles each item once in the book of its route, also when its peer fails in between",
    (peer, item, signal) => {
      if (peer.isFailing) peer.list.push(item);
      return correct(peer, item, signal);
    },
  ],
  [
    "returns when its signal has already aborted, and works with the next signal",
    (peer, item, signal) =>
      signal.aborted ? { status: "rejected", reason: "aborted" } : correct(peer, item, signal),
  ],
  [
    "returns soon after its signal aborts, also while its peer hangs",
    (peer, item, signal) => {
      if (peer.isHanging) return delivered;
      return correct(peer, item, signal);
    },
  ],
];

for (const [title, send] of broken) {
  Deno.test(`senderContract() finds a sender that does not keep "${title}"`, async () => {
    await assert.rejects(senderCases[title](fixture(send)));
  });
}

Deno.test("senderContract() has a case for each broken sender of this test", () => {
  assert.deepEqual(broken.map(([title]) => title), Object.keys(senderCases));
});
