import { CRON_KEY, OPERATOR_KEY } from "./environment.ts";

/** A first request, and what comes of it in a deployment without a database. */
export interface FirstRequest {
  readonly what: string;
  readonly of: string;
  readonly status: number;
  readonly request: {
    readonly path: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
}

/** For each way in that has a route loaded, one. */
export const FIRST_REQUESTS: readonly FirstRequest[] = [
  {
    what: "a call that comes in",
    of: "ivr",
    status: 503,
    request: {
      path: "/twilio/00000000-0000-4000-8000-000000000001/voice",
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "CallSid=CA1&From=%2B15550100123&To=%2B15550100100",
    },
  },
  {
    what: "a key that is judged",
    of: "api-keys",
    status: 200,
    request: {
      path: "/verify",
      method: "POST",
      headers: { apikey: OPERATOR_KEY, "content-type": "application/json" },
      // Mistyped, so that no database is asked.
      body: JSON.stringify({ key: "vx_mistyped" }),
    },
  },
  {
    what: "a token that is not genuine",
    of: "account",
    status: 401,
    request: { path: "/profile", headers: { authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x" } },
  },
  {
    what: "a dispatch",
    of: "webhook-dispatch",
    status: 503,
    request: { path: "", method: "POST", headers: { apikey: CRON_KEY } },
  },
];
