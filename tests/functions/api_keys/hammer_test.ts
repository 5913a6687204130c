import assert from "node:assert/strict";
import { createDatabase, hotUrl, onPostgres } from "#tests/support/databases.ts";
import { bearer, call, makeKey, setColumns, usageOf } from "#tests/support/key_holder.ts";
import { testStack } from "#tests/support/stack.ts";

for (const direct of [false, true]) {
  const way = direct ? "straight to Postgres" : "through the Data API";
  Deno.test(
    `a key with 20 uses left serves 20 of 64 requests at once, ${way}, and says so to the others`,
    onPostgres,
    async () => {
      await using database = await createDatabase();
      await using stack = await testStack({
        databaseUrl: database.url,
        environment: direct ? { SWITCHBOARD_DB_URL: hotUrl(database.url) } : {},
      });
      const owner = await stack.newTenant();
      const { id, key } = await makeKey(stack, owner, {
        scopes: ["api-keys:read"],
        rate_limit: 100,
      });
      // In an hour to come, so that the test may begin in the last second of one.
      await setColumns(
        stack,
        id,
        "usage_count = 80, window_count = 80, window_start = date_trunc('hour', now(), 'UTC') + interval '1 hour'",
      );
      const replies = await Promise.all(
        Array.from(
          { length: 64 },
          () => call(stack, "GET", `/api-keys/${id}`, { headers: bearer(key) }),
        ),
      );
      const left = replies.filter(({ status }) => status === 200)
        .map(({ headers }) => Number(/r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1]));
      // Each was told another number of uses that were left after its own.
      assert.deepEqual(left.toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, n) => n));
      for (const { status, body, headers } of replies) {
        if (status === 200) continue;
        assert.deepEqual([status, body.code], [429, "rate_limited"]);
        const seconds = Number(headers.get("retry-after"));
        assert.ok(seconds > 0 && seconds <= 7200);
      }
      assert.equal(await usageOf(stack, id), 100);
    },
  );
}
