/** How far a request came. */
export type AppOutcome =
  /** The application answered, whatever the status. */
  | { readonly kind: "answered"; readonly status: number }
  /** No connection was made, so the application has seen nothing. */
  | { readonly kind: "unreached"; readonly reason: string }
  /** The connection broke after it was made; the application may have seen the request. */
  | { readonly kind: "broken"; readonly reason: string }
  /** The time was up after the connection was made; the application may still be at work. */
  | { readonly kind: "unanswered"; readonly reason: string };

/** Where a request goes. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** What an {@linkcode Opener} reports, each at most once, `onFailure` also after the others. */
export interface ExchangeEvents {
  onConnect(): void;
  onStatus(status: number): void;
  onBody(bytes: number): void;
  onEnd(): void;
  onFailure(reason: string): void;
}

/** Sends one request on a connection of its own; the result destroys the connection. */
export type Opener = (target: Target, body: Uint8Array, events: ExchangeEvents) => () => void;
