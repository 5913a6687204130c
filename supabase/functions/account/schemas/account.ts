import { z } from "@hono/zod-openapi";
import { pageQuery, pageSchema } from "#shared/http/paging.ts";

/** What a consent is for, in a path. */
export const purposeParam = z.object({
  purpose: z.string().regex(/^[a-z][a-z0-9._-]{0,99}$/).openapi({
    description: "What for: small letters, digits, dots, hyphens and underscores",
    example: "marketing.email",
  }),
});

/** A consent, or its end. */
export const consentDecision = z.strictObject({
  given: z.boolean().openapi({ description: "Given, or withdrawn" }),
  version: z.string().min(1).max(100).regex(/^[^\p{Cc}\p{Cs}]*$/u).optional().openapi({
    description: "Of the text that was agreed to",
    example: "2026-11",
  }),
}).openapi("ConsentDecision");

/** A consent as it was given or withdrawn. */
export const consent = z.object({
  id: z.guid(),
  purpose: z.string(),
  given: z.boolean(),
  version: z.string().nullable(),
  created_at: z.string(),
}).openapi("Consent");

/** What to select from `consents`. */
export const CONSENT_COLUMNS = Object.keys(consent.shape).join(",");

/** A page of what was given and withdrawn, newest first. */
export const consentPage = pageSchema(consent, "ConsentPage");

/** Which of it is wanted. */
export const consentQuery = pageQuery.extend({ purpose: purposeParam.shape.purpose.optional() });

/** An entry of the trail. */
export const auditEntry = z.object({
  id: z.guid(),
  created_at: z.string(),
  entry: z.int().openapi({ description: "Its place in the chain of this account" }),
  subject_id: z.guid().openapi({ description: "Whom the trail knows this account as" }),
  actor: z.string().openapi({
    description: "subject_id where it was the user; else another subject or a part of the system",
  }),
  caller: z.enum(["user", "api_key", "service", "database"]).nullable(),
  request_id: z.string().nullable(),
  action: z.string(),
  resource: z.string(),
  resource_id: z.guid().nullable(),
  changes: z.record(z.string(), z.unknown()),
}).openapi("AuditEntry");

/** What to select from `audit_logs`. */
export const AUDIT_COLUMNS = Object.keys(auditEntry.shape).join(",");

/** A page of the trail, newest first. */
export const auditPage = pageSchema(auditEntry, "AuditPage");

/** Which entries are wanted, and which page of them. */
export const auditQuery = pageQuery.extend({
  action: z.string().regex(/^[a-z._-]{1,100}$/).optional().openapi({ example: "webhooks.create" }),
});
