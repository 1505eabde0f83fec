import catalogue from "./eventdef-cim.json" with { type: "json" };

/** What a fault management system is told about one kind of event. All members are texts; some are empty. */
export interface EventDefinition {
  /** Class of the event, such as `COMMUNICATION`. */
  readonly eventType: string;
  /** `CRITICAL`, `MAJOR` or `INFO`. */
  readonly perceivedSeverity: string;
  readonly probableCause: string;
  readonly specificProblem: string;
  /** `true` or `false`. */
  readonly rootCauseIndicator: string;
  readonly trendIndication: string;
  readonly correlatedNotifications: string;
  readonly additionalText: string;
  readonly proposedRepairAction: string;
}

/** The catalogue of the events of the agent and the special ones of the application, by name. */
export const eventDefinitions: { readonly events: Readonly<Record<string, EventDefinition>> } =
  catalogue;
