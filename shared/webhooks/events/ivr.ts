import { z } from "zod";
import { eventType } from "./event_type.ts";
import { address, EXAMPLE, id, time } from "./fields.ts";

/** What happens to callers in menus. */
export const IVR_EVENTS = {
  "ivr.session.started": eventType({
    description: "A caller hears a menu",
    data: z.looseObject({
      session_id: id,
      /** Null in a session that an app drives, which is no phone call. */
      call_id: id.nullable(),
      provider_call_id: z.string().nullable(),
      /** The app's own name for such a session; null for a phone call. */
      app_session_id: z.string().nullable(),
      menu_id: id,
      from: address,
      to: address,
    }),
    example: {
      session_id: EXAMPLE.session,
      call_id: EXAMPLE.call,
      provider_call_id: "CA0123456789abcdef0123456789abcdef",
      app_session_id: null,
      menu_id: EXAMPLE.menu,
      from: "+15550100199",
      to: "+15550100100",
    },
  }),
  "ivr.session.ended": eventType({
    description: "A caller left the menus: hung up, connected, or given up on",
    data: z.looseObject({
      session_id: id,
      call_id: id.nullable(),
      end_reason: z.string(),
      ended_at: time,
    }),
    example: {
      session_id: EXAMPLE.session,
      call_id: EXAMPLE.call,
      end_reason: "connected",
      ended_at: "2026-11-21T09:30:21.000Z",
    },
  }),
  "ivr.input": eventType({
    description: "A caller pressed keys in a menu, or let the time for it pass",
    data: z.looseObject({
      session_id: id,
      call_id: id.nullable(),
      step: z.int().min(0),
      menu_id: id,
      input: z.looseObject({}),
      outcome: z.string(),
    }),
    example: {
      session_id: EXAMPLE.session,
      call_id: EXAMPLE.call,
      step: 1,
      menu_id: EXAMPLE.menu,
      input: { kind: "digits", digits: "2" },
      outcome: "chosen",
    },
  }),
} as const;
