import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { unwrap } from "#shared/db/errors.ts";
import type { AppEnv } from "#shared/http/app_env.ts";
import { idParam } from "#shared/http/fields.ts";
import { idempotencyHeaders } from "#shared/http/idempotency.ts";
import { Problem } from "#shared/http/problem.ts";
import { parseJson } from "#shared/json.ts";
import { kickDispatch } from "#shared/webhooks/kick.ts";
import { startAppSession, takeAppTurn } from "../app_turn.ts";
import { findSession } from "../find_session.ts";
import { sessionOperations } from "../operations/sessions.ts";
import { toInput } from "../schemas/inputs.ts";
import {
  appAnswer,
  endBody,
  newSession,
  sessionDetail,
  stepBody,
  turnInput,
} from "../schemas/sessions.ts";

const answer = { content: { "application/json": { schema: appAnswer } } };

const start = createRoute({
  ...sessionOperations.start,
  summary: "Begin a session that an app drives itself, on the engine that takes phone calls",
  description:
    "Switchboard decides what is said and what follows; the app speaks, listens and connects.",
  request: {
    headers: idempotencyHeaders,
    body: { required: true, content: { "application/json": { schema: newSession } } },
  },
  responses: { 201: { description: "What the caller hears first", ...answer } },
});

const input = createRoute({
  ...sessionOperations.input,
  summary: "Take a session one turn further",
  description:
    "The first request for a step is the one that counts; every other for the same step gets the same bytes.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: turnInput } } },
  },
  responses: { 200: { description: "What the caller hears next", ...answer } },
});

const back = createRoute({
  ...sessionOperations.back,
  summary: "Go back to the menu before, whether or not the menu has an item for it",
  description: "From the first menu the way back leads to itself. A turn like every other.",
  request: {
    params: idParam,
    body: { required: true, content: { "application/json": { schema: stepBody } } },
  },
  responses: { 200: { description: "What the caller hears next", ...answer } },
});

const end = createRoute({
  ...sessionOperations.end,
  summary: "End a session because its caller left; a second time changes nothing",
  description:
    "Sessions of phone calls end with their call: 409 for one that a phone provider drives. Without a body, send no content type.",
  request: {
    params: idParam,
    body: { required: false, content: { "application/json": { schema: endBody } } },
  },
  responses: {
    200: {
      description: "The session as it ended",
      content: { "application/json": { schema: sessionDetail } },
    },
  },
});

/** The routes for apps that drive a session themselves. */
export function addAppSessionRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(start, async (c) => {
    const { menu, session_id, from, to, language } = c.req.valid("json");
    const reply = await startAppSession(c.get("actor").db, {
      menu,
      sessionId: session_id,
      from: from ?? null,
      to: to ?? null,
      language: language ?? null,
      idempotencyKey: c.req.valid("header")["idempotency-key"],
    });
    return c.json(readAnswer(reply), 201);
  });
  app.openapi(input, async (c) => {
    const { step, ...sent } = c.req.valid("json");
    const { id } = c.req.valid("param");
    const reply = await takeAppTurn(c.get("actor").db, id, step, toInput(sent));
    return c.json(readAnswer(reply), 200);
  });
  app.openapi(back, async (c) => {
    const { step } = c.req.valid("json");
    const { id } = c.req.valid("param");
    const reply = await takeAppTurn(c.get("actor").db, id, step, { kind: "back" });
    return c.json(readAnswer(reply), 200);
  });
  app.openapi(end, async (c) => {
    const { id } = c.req.valid("param");
    const { step } = c.req.valid("json");
    const { db } = c.get("actor");
    unwrap(await db.rpc("end_ivr_session", { p_id: id, p_step: step ?? null }), z.guid());
    kickDispatch();
    return c.json(await findSession(db, id), 200);
  });
}

/**
 * A turn's answer as it is stored, whose fields stand in the order of the schema.
 *
 * @throws {Problem} `validation_failed` where an owner has written something else past this function.
 */
function readAnswer(reply: string): z.output<typeof appAnswer> {
  const answer = appAnswer.safeParse(parseJson(reply));
  if (answer.success) return answer.data;
  throw new Problem("validation_failed", "What is stored for this step is no answer of ours", {
    cause: answer.error,
  });
}
