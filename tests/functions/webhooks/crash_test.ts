import { onPostgres } from "#tests/support/databases.ts";
import { crashDispatchers, judgeCrashes } from "./crash.ts";

Deno.test(
  "Dispatchers that are killed wherever they are lose nothing and call nothing delivered that was not",
  onPostgres,
  async (t) => {
    const report = await crashDispatchers({
      events: 150,
      dispatchers: 2,
      life: 30,
      rounds: 5,
      outlast: false,
    });
    await judgeCrashes(t, report);
  },
);
