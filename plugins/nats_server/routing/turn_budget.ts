/**
 * How much routing one publisher may cause per turn of the event loop. When it is spent, other connections are served
 * before the publisher's next message, so that one publisher with many receivers does not stop the server.
 *
 * @module
 */

/** Deliveries and matched subscriptions per turn: about 10 ms of work. */
const workPerTurn = 50_000;

/** Budget of the current turn. */
export class TurnBudget {
  /** Work left; the last message of a turn may overdraw it. Reduced by the router and the subject cache. */
  left = workPerTurn;

  /** Begins the turn of a publisher with a full budget. */
  begin(): void {
    this.left = workPerTurn;
  }

  /** Resolves in the next turn, after the event loop has handled pending I/O. */
  nextTurn(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0));
  }
}
