import assert from "node:assert/strict";
import { rateLimitHeaders } from "#shared/http/rate_limit_headers.ts";

const UNLIMITED = { limit: null, remaining: null, reset: null, quota: null, quota_remaining: null };

Deno.test("the hour and the total have a policy each, and what is left of it", () => {
  const hour = { limit: 1000, remaining: 997, reset: 1800 };
  const total = { quota: 5000, quota_remaining: 12 };
  assert.deepEqual(rateLimitHeaders({ ...UNLIMITED, ...hour }), {
    "ratelimit-policy": '"hour";q=1000;w=3600',
    "ratelimit": '"hour";r=997;t=1800',
  });
  assert.deepEqual(rateLimitHeaders({ ...UNLIMITED, ...hour, ...total }), {
    "ratelimit-policy": '"hour";q=1000;w=3600, "total";q=5000',
    "ratelimit": '"hour";r=997;t=1800, "total";r=12',
  });
});

Deno.test("who has no limit is told of none", () => {
  assert.deepEqual(rateLimitHeaders(UNLIMITED), {});
});
