import { z } from "zod";

/** Why a session is over. */
export type EndReason =
  | "hung_up"
  | "connected"
  | "recorded"
  | "refused"
  | "too_many_turns"
  | "too_long";

const afterwards = {
  /** Where the caller goes afterwards. */
  then: z.enum(["hangup", "repeat", "back", "top"]),
  /** Whether the menu is over for this caller: its limit is spent, or it is closed. */
  final: z.boolean(),
};

const calloutPending = z.object({
  kind: z.literal("callout"),
  /** The step that asked first: with the session it names the callout. */
  step: z.int().nonnegative(),
  /** From 1. */
  attempt: z.int().positive(),
  choice: z.discriminatedUnion("action", [
    z.object({
      action: z.literal("webhook"),
      /** Id of the endpoint that is asked. */
      target: z.guid(),
      /** Place in the menu of the item that is taken without an answer; null for none. */
      fallback: z.int().nonnegative().nullable(),
    }),
    z.object({
      action: z.literal("agent"),
      /** Id of the Retell agent; null for the tenant's own choice. */
      target: z.string().nullable(),
    }),
  ]),
  ...afterwards,
});

const pending = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("connection"), ...afterwards }),
  z.object({ kind: z.literal("voicemail"), ...afterwards }),
  calloutPending,
]);

/** What the caller has been sent to and comes back from. */
export type Pending = z.infer<typeof pending>;

/** An answer from outside that the caller waits for. */
export type CalloutPending = z.infer<typeof calloutPending>;

/** Where a caller stands between two turns. Keys are those of `ivr_sessions`. */
export interface SessionState {
  /** Ids of the menus entered, the current one last; never empty. */
  readonly menu_stack: readonly [string, ...string[]];
  /** Silences in the current menu since it was entered. */
  readonly no_input_count: number;
  /** Wrong entries in the current menu since the last right one. */
  readonly invalid_count: number;
  /** What has been entered of an entry that a longer one may still complete. */
  readonly digits: string;
  /** The language that the caller chose, BCP 47; null for each menu's own. */
  readonly language: string | null;
  /** Null while a menu is offered. */
  readonly pending: Pending | null;
  /** Set by the turn that ends the session. */
  readonly end_reason: EndReason | null;
}

/** A session as `ivr_load_turn` returns it. */
export const storedSession = z.object({
  id: z.guid(),
  /** The step that the next turn must carry. */
  step: z.int().positive(),
  ended: z.boolean(),
  menu_stack: z.tuple([z.guid()], z.guid()).readonly(),
  no_input_count: z.int().nonnegative(),
  invalid_count: z.int().nonnegative(),
  digits: z.string(),
  language: z.string().nullable(),
  pending: pending.nullable(),
  started_at: z.coerce.date(),
});

/** The state of a call that has just come in. */
export function newSession(rootMenuId: string): SessionState {
  return {
    menu_stack: [rootMenuId],
    no_input_count: 0,
    invalid_count: 0,
    digits: "",
    language: null,
    pending: null,
    end_reason: null,
  };
}

/** The id of the menu in which the caller stands. */
export function currentMenuId(session: Pick<SessionState, "menu_stack">): string {
  return session.menu_stack.at(-1) ?? session.menu_stack[0];
}
