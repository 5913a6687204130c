import { onPostgres } from "#tests/support/databases.ts";
import { crashDispatchers, judgeCrashes } from "./crash.ts";

Deno.test(
  "Under 10,000 deliveries dispatchers that are killed wherever they are lose nothing and call nothing delivered that was not",
  onPostgres,
  async (t) => {
    const report = await crashDispatchers({
      events: 2_000,
      dispatchers: 3,
      life: 200,
      rounds: 100,
      outlast: true,
    });
    await judgeCrashes(t, report);
  },
);
