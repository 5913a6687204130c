import { z } from "zod";
import { eventType } from "./event_type.ts";
import { EXAMPLE, id, time } from "./fields.ts";

/** What happens to API keys. The keys themselves are in no event. */
export const API_KEY_EVENTS = {
  "api_key.leaked": eventType({
    description: "A key was found in public and has been disabled",
    data: z.looseObject({
      key_id: id,
      key_prefix: z.string(),
      name: z.string(),
      source: z.string(),
      url: z.string().nullable(),
    }),
    example: {
      key_id: EXAMPLE.key,
      key_prefix: "vx_0123456",
      name: "Nightly export",
      source: "commit",
      url: "https://example.com/repository/file",
    },
  }),
  "api_key.rotated": eventType({
    description: "A key was replaced by a new one; the old one works until the overlap ends",
    data: z.looseObject({
      key_id: id,
      previous_key_id: id,
      name: z.string(),
      overlap_ends_at: time.nullable(),
    }),
    example: {
      key_id: EXAMPLE.key,
      previous_key_id: "d3bae4c5-8f20-4d67-8e91-3c4d5e6f7081",
      name: "Nightly export",
      overlap_ends_at: "2026-11-22T09:30:00.000Z",
    },
  }),
} as const;
