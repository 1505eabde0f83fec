import { printable, printableJson } from "../../../core/log/mod.ts";
import type { ConfigOptions } from "../config_options.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { readConfiguration } from "../read_configuration.ts";
import { connectTap, type TapConnectOptions } from "./connect.ts";
import { messageText } from "./message_text.ts";
import { TapLimit } from "./tap_limit.ts";

/** Options of {@linkcode tap}. */
export interface TapOptions extends ConfigOptions, TapConnectOptions {
  /** Subject to listen on. */
  readonly subject: string;
  /** Messages to print; Infinity for no end. */
  readonly count: number;
  /** Print one JSON document for each message. */
  readonly isJson: boolean;
  /** Print control characters as they are. */
  readonly isRaw: boolean;
}

/** Prints messages until the count is reached or the command is stopped, and then how many were left out. */
export async function tap(options: TapOptions, io: CliIo): Promise<number> {
  const { subject, count, isJson, isRaw } = options;
  const shown = isRaw ? (text: string) => text : printable;
  await using nats = await connectTap(await readConfiguration(options, io), options, io);
  const limit = new TapLimit();
  const end = Promise.withResolvers<void>();
  const onStop = () => end.resolve();
  io.stop.addEventListener("abort", onStop, { once: true });
  if (io.stop.aborted) onStop();
  using _subscription = nats.subscribe(subject, ({ data }) => {
    if (limit.printed >= count || !limit.admit(Date.now())) return;
    const message = messageText(subject, data);
    const { container, text, cutBytes } = message;
    const time = new Date().toISOString();
    const prefix = container === undefined ? "" : `${container}: `;
    const rest = cutBytes === 0 ? "" : ` ... ${cutBytes} bytes more`;
    io.out(
      isJson
        ? printableJson(JSON.stringify({ time, subject, ...message }))
        : `${time} ${shown(prefix + text)}${rest}`,
    );
    if (limit.printed >= count) end.resolve();
  });
  await nats.flush();
  io.err(`cim: listening on ${subject}`);
  await end.promise;
  io.stop.removeEventListener("abort", onStop);
  io.err(`cim: ${limit.printed} messages printed, ${limit.leftOut} left out`);
  return exitCode.fine;
}
