import type { Sender } from "../forward/mod.ts";

/** A sender and its peer for one test. */
export interface SenderFixture<T> extends AsyncDisposable {
  /** The sender, connected to a peer that works. */
  readonly sender: Sender<T>;
  /** Creates the item with that number. */
  item(number: number): T;
  /** Returns the numbers of all items that reached the peer, in the order of arrival. */
  arrived(): Promise<readonly number[]>;
  /** Makes the peer fail, in the middle of the next item where that is possible. */
  fail(): Promise<void>;
  /** Makes the peer work again after {@linkcode SenderFixture.fail}. */
  recover(): Promise<void>;
  /** Makes the peer take nothing and answer nothing from now on. Default: that case is skipped. */
  hang?(): Promise<void>;
}

/** A kind of sender. */
export interface SenderSubject<T> {
  /** Prefix of the name of each test. */
  name: string;
  /** Opens a sender with a peer of its own; the test disposes of it. */
  open(): Promise<SenderFixture<T>>;
  /** Skips all tests, because the peer is not available. Default false. */
  ignore?: boolean;
}

/** One case of the contract. */
export type SenderCase = <T>(fixture: SenderFixture<T>) => Promise<void>;
