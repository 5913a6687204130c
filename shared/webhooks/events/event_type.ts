import type { z } from "zod";

/** What is known of an event type. */
export interface EventType<Data extends z.ZodType = z.ZodType> {
  /** When it happens, for whoever considers subscribing. */
  readonly description: string;
  /** The shape of `data`. Loose: fields may be added, and receivers ignore what they do not know. */
  readonly data: Data;
  readonly example: z.output<Data>;
}

/** Describes an event type; the example is checked against the shape as far as types can. */
export function eventType<Data extends z.ZodType>(type: EventType<Data>): EventType<Data> {
  return type;
}
