/**
 * Every code an {@linkcode AgentError} can carry, with what it means and what to do about it. A code
 * that is retired stays here with the word "retired" and is never used for anything else.
 *
 * @module
 */

/** What the catalogue says about one code. */
export interface ErrorEntry {
  /** Whether trying the same thing again, later, can help. */
  readonly retryable: boolean;
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What the operator or the caller does about it. */
  readonly remedy: string;
}

function entry(retryable: boolean, meaning: string, remedy: string): ErrorEntry {
  return Object.freeze({ retryable, meaning, remedy });
}

/** One of the codes of {@linkcode errorCatalogue}. */
export type ErrorCode =
  | "config_invalid"
  | "config_unreadable"
  | "plugin_duplicate"
  | "plugin_gap"
  | "plugin_cycle"
  | "plugin_failed"
  | "plugin_timeout"
  | "plugin_task_failed"
  | "start_aborted"
  | "unavailable"
  | "unsupported"
  | "deadline_exceeded"
  | "closed"
  | "queue_full"
  | "address_in_use"
  | "address_unavailable"
  | "log_unwritable"
  | "store_unreachable"
  | "store_compacted"
  | "store_denied"
  | "store_owned"
  | "store_corrupt"
  | "store_full"
  | "store_failed"
  | "app_not_configured"
  | "settings_not_applied"
  | "value_invalid"
  | "nats_address_unavailable"
  | "nats_no_responders"
  | "nats_unreachable"
  | "nats_denied"
  | "nats_no_answer"
  | "agent_unreachable"
  | "agent_refused";

/** The catalogue, complete by its type. */
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorEntry>> = Object.freeze({
  // Configuration.
  config_invalid: entry(
    false,
    "The configuration has unknown keys, wrong types or values out of range.",
    "Correct the keys that the message lists; `cim validate` shows all problems at once.",
  ),
  config_unreadable: entry(
    false,
    "A configuration file that was named cannot be read or parsed.",
    "Check the path, its permissions and the syntax at the line that the message names.",
  ),
  // Plugins and their lifecycle.
  plugin_duplicate: entry(
    false,
    "Two plugins have the same name, or provide the same token.",
    "Register each plugin once; rename one, or remove one of the providers.",
  ),
  plugin_gap: entry(
    false,
    "A plugin requires something that no registered plugin provides.",
    "Register a plugin that provides the token that the message names.",
  ),
  plugin_cycle: entry(
    false,
    "Plugins require one another in a circle.",
    "Break the circle that the message shows: let one of them take what it needs through a third plugin.",
  ),
  plugin_failed: entry(
    false,
    "A plugin threw while it was initialised, started or closed.",
    "Read the cause; everything that had been initialised was closed again.",
  ),
  plugin_timeout: entry(
    false,
    "A plugin did not return from init, afterInit or close in time.",
    "Look at what the named plugin waits for, or raise its time limit.",
  ),
  plugin_task_failed: entry(
    false,
    "A background task of a plugin threw.",
    "Read the cause; a fatal plugin stops the agent, any other keeps it degraded.",
  ),
  start_aborted: entry(
    false,
    "The start was interrupted by a signal or by a call of stop.",
    "Nothing: what had been initialised was closed again.",
  ),
  // General.
  unavailable: entry(
    true,
    "The thing asked for is disabled by configuration or not connected now.",
    "Configure the plugin, or wait until its status is ok.",
  ),
  unsupported: entry(
    false,
    "The store or server does not have the capability asked for.",
    "Check `capabilities` first, or use another store.",
  ),
  deadline_exceeded: entry(
    true,
    "An operation did not finish within its time limit.",
    "Try again; if it stays, look at the peer that the message names.",
  ),
  closed: entry(
    false,
    "The object was used after it had been closed.",
    "Create a new one.",
  ),
  queue_full: entry(
    true,
    "A bounded queue is full and its policy refuses new items.",
    "Slow down, or raise the bound that the message names.",
  ),
  address_in_use: entry(
    false,
    "Another process listens on the port already.",
    "Stop the other process, or set another port with the key that the message names.",
  ),
  address_unavailable: entry(
    false,
    "The address to listen on is not one of this machine, or needs privileges.",
    "Set the host and port keys that the message names to an address the process may use.",
  ),
  // Log files.
  log_unwritable: entry(
    true,
    "A log file cannot be written: the disk is full or the folder is not writable.",
    "Free space, correct the permissions or set `paths.logs`; lines are kept and written then.",
  ),
  // Key-value stores.
  store_unreachable: entry(
    true,
    "The key-value store does not answer.",
    "Check the endpoints and that the store runs; the agent keeps trying.",
  ),
  store_compacted: entry(
    true,
    "The revision asked for is no longer in the store's history.",
    "List again and watch from the revision of that list.",
  ),
  store_denied: entry(
    false,
    "The store refuses the user or the certificate.",
    "Check user, password, certificates and the role's permissions.",
  ),
  store_owned: entry(
    false,
    "Another process owns the embedded store's folder.",
    "Stop the other agent, or set `paths.data` to another folder.",
  ),
  store_corrupt: entry(
    false,
    "The embedded store's file is damaged.",
    "Move the named file away; the agent starts with an empty store.",
  ),
  store_full: entry(
    true,
    "The store has reached its size limit, or its disk is full.",
    "Delete keys, or raise the limit that the message names, or make room on the disk.",
  ),
  store_failed: entry(
    true,
    "The store could not do what was asked, for a reason of its own.",
    "Read the cause; for the embedded store check the folder and its permissions.",
  ),
  app_not_configured: entry(
    true,
    "An application that starts without configuration could not be given one.",
    "Look at why the application refuses `loadConfig`; its next registration tries again.",
  ),
  settings_not_applied: entry(
    true,
    "A changed settings document is valid, but a part of the agent could not put it into effect.",
    "Read the cause; the document before it is still in force.",
  ),
  value_invalid: entry(
    false,
    "A stored value or a message cannot be decoded.",
    "Correct the value at the key that the message names.",
  ),
  // The embedded NATS server.
  nats_address_unavailable: entry(
    false,
    "The address that the NATS server is to bind does not exist on this machine.",
    "Correct `nats.host`; 127.0.0.1 is always there.",
  ),
  nats_no_responders: entry(
    true,
    "A request was published on a subject that nobody is subscribed to.",
    "Start the responder, or try again once it runs.",
  ),
  // NATS, as a client.
  nats_unreachable: entry(
    true,
    "The outside NATS server does not answer, or the connection to it is lost.",
    "Check `nats.url` and that the server runs; the connection is made again by itself.",
  ),
  nats_denied: entry(
    false,
    "The outside NATS server refuses the user, the token or the certificate.",
    "Check `nats.url_user`, `nats.url_password` and `nats.url_token`.",
  ),
  nats_no_answer: entry(
    true,
    "Nobody answered a request on NATS in time.",
    "Check that the answering program runs and subscribes to the subject that the message names.",
  ),
  // The command line.
  agent_unreachable: entry(
    true,
    "The command needs the running agent and nothing answers at its REST port.",
    "Start the agent with `cim run`, or name its port with `--set rest.port=` or `CIM_REST_PORT`.",
  ),
  agent_refused: entry(
    false,
    "The running agent answered the command with an error.",
    "Do what the message says.",
  ),
});
