import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "#shared/http/app_env.ts";
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "#shared/ivr/providers/mod.ts";
import type { Provider } from "#shared/ivr/providers/provider.ts";
import { providerOperations } from "../operations/providers.ts";
import { withoutQuery } from "../provider_request.ts";
import { answerStatus } from "../provider_status.ts";
import { answerTurn } from "../provider_turn.ts";

const params = z.object({
  // In lower case, as the database writes it: step tokens are bound to the text.
  connectionId: z.guid().toLowerCase().openapi({
    description: "The phone connection that the provider calls",
  }),
});

/** Described and not checked: what is wrong with it is for the signature to say first. */
const query = z.looseObject({
  token: z.unknown().optional().openapi({
    type: "string",
    description: "The step token of the document before",
  }),
});

/** Adds the callbacks of every provider. */
export function addProviderRoutes(app: OpenAPIHono<AppEnv>): void {
  for (const name of PROVIDER_NAMES) addRoutesOf(name, app);
}

function addRoutesOf(name: ProviderName, app: OpenAPIHono<AppEnv>): void {
  const provider: Provider = PROVIDERS[name];
  const operations = providerOperations[name];
  const document = {
    description: "What the caller hears next, and what is listened for",
    content: { [provider.contentType]: { schema: z.string() } },
  };

  const voice = createRoute({
    ...operations.voice,
    summary: "A call comes in",
    request: { params },
    responses: { 200: document },
  });
  app.openapi(voice, (c) =>
    answerTurn(c, {
      provider,
      connectionId: c.req.valid("param").connectionId,
      read: (request) => ({ call: provider.parseCall(withoutQuery(request)), step: 0 }),
      inputOf: () => ({ kind: "call_started" }),
    }));

  const turn = createRoute({
    ...operations.turn,
    summary: "The caller pressed keys, stayed silent, or came back from a connection",
    request: { params, query },
    responses: {
      200: document,
      204: { description: "News of a connection that is still being made" },
    },
  });
  app.openapi(turn, (c) => {
    const { connectionId } = c.req.valid("param");
    return answerTurn(c, {
      provider,
      connectionId,
      read: (request, tokens) => {
        const call = provider.parseCall(request);
        const of = { connectionId, callId: call.callId };
        return { call, step: tokens.read(of, c.req.query("token") ?? "") };
      },
      inputOf: (request) => provider.parseInput(request),
    });
  });

  const status = createRoute({
    ...operations.status,
    summary: "The status of a call changed",
    request: { params },
    responses: { 204: { description: "Taken in; repeats and late arrivals change nothing" } },
  });
  app.openapi(status, (c) => answerStatus(c, provider, c.req.valid("param").connectionId));

  const recording = createRoute({
    ...operations.recording,
    summary: "A recording is ready, or came to nothing",
    request: { params, query },
    responses: { 204: { description: "Taken in; it is copied at once, and again if that fails" } },
  });
  app.openapi(recording, async (c) => {
    const { answerRecording } = await import("../provider_recording.ts");
    return await answerRecording(c, provider, c.req.valid("param").connectionId);
  });
}
