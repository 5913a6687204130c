import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { type ProblemCode, PROBLEMS } from "./codes.ts";
import { type Caller, listRoutes } from "./operation.ts";
import { PROBLEM_TYPE } from "./problem_document.ts";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

/** How every operation may fail that takes this kind of caller. */
const OF_CALLER = {
  public: [],
  provider: ["invalid_signature"],
  retell: ["invalid_webhook_signature"],
  scanner: ["invalid_signature", "not_configured", "scanner_keys_unavailable"],
  cron: ["unauthenticated", "not_configured", "jobs_paused"],
  operator: ["unauthenticated"],
  user: [
    "unauthenticated",
    "invalid_token",
    "insufficient_scope",
    "forbidden",
    "rate_limited",
    "quota_exceeded",
    "not_configured",
  ],
} as const satisfies Record<string, readonly ProblemCode[]>;

/**
 * Describes how each operation may fail: the problems it names itself and those of its caller, by
 * status, and any other as the `default` response.
 */
export function addProblems(document: Document, app: Pick<Hono, "routes">): Document {
  const operations = new Map(
    listRoutes(app).map(({ operation }) => [operation?.name, operation]),
  );
  for (const { get, post, put, patch, delete: remove } of Object.values(document.paths ?? {})) {
    for (const described of [get, post, put, patch, remove]) {
      const operation = operations.get(described?.operationId);
      if (!described || !operation) continue;
      const codes = new Set([...OF_CALLER[kindOf(operation.caller)], ...operation.problems ?? []]);
      described.responses = { ...described.responses, ...problemResponses([...codes]) };
    }
  }
  return document;
}

function kindOf(caller: Caller): keyof typeof OF_CALLER {
  return typeof caller === "string" ? caller : "user";
}

function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  const responses = [...byStatus].map(([status, group]) => [
    String(status),
    response(group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("\n\n")),
  ]);
  return { ...Object.fromEntries(responses), default: response("Any other problem") };
}

function response(description: string): object {
  const schema = { $ref: "#/components/schemas/Problem" };
  return { description, content: { [PROBLEM_TYPE]: { schema } } };
}
