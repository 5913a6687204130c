import { z } from "@hono/zod-openapi";

/** Proof of who asks, where the token alone is too old for it. */
export const proof = z.strictObject({
  password: z.string().min(1).max(1_000).optional(),
}).openapi("DeletionProof");

/** Whether and when the account is deleted. */
export const deletion = z.object({
  state: z.enum(["none", "requested", "running"]).openapi({
    description: "While it is requested it can be taken back",
  }),
  requested_at: z.string().nullable(),
  erased_after: z.string().nullable().openapi({ description: "When the erasure begins" }),
}).openapi("AccountDeletion");
