/** How far a request to the application came. */
export type AppOutcome =
  /** The application answered, whatever the status. `body`: at most 64 KiB; missing when empty or longer. */
  | { readonly kind: "answered"; readonly status: number; readonly body?: Uint8Array }
  /** No connection was made, or an HTTP/2 stream was refused: the application did not process the request. */
  | { readonly kind: "unreached"; readonly reason: string }
  /** The connection broke after it was made: the application may have received the request. */
  | { readonly kind: "broken"; readonly reason: string }
  /** The time limit passed after the connection was made: the application may still be working. */
  | { readonly kind: "unanswered"; readonly reason: string };

/** An outcome as text, for logs and reasons. */
export function describeOutcome(outcome: AppOutcome): string {
  return outcome.kind === "answered"
    ? `the application answered ${outcome.status}`
    : outcome.reason;
}

/** Whether the same request may succeed later: 408, 425, 429 and 5xx. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Address of a request. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Callbacks of an {@linkcode Opener}. `onFailure` may also be called after the others, and repeatedly. */
export interface ExchangeEvents {
  /** Called once the connection is made. */
  onConnect(): void;
  /** Called with the status of the answer. */
  onStatus(status: number): void;
  /** Called with each chunk of the answer's body. */
  onBody(chunk: Uint8Array): void;
  /** Called when the answer is complete. */
  onEnd(): void;
  /** Called with the reason when the application refused the request without processing it. */
  onRefused(reason: string): void;
  /** Called with the reason when the connection fails. */
  onFailure(reason: string): void;
}

/** Sends one request on a connection of its own. The returned function destroys the connection. */
export type Opener = (target: Target, body: Uint8Array, events: ExchangeEvents) => () => void;
