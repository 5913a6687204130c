import { onPostgres } from "#tests/support/databases.ts";
import { raceProcesses } from "./race.ts";

Deno.test(
  "Twenty deliveries of a callback to four processes get the same bytes and make one turn",
  onPostgres,
  async () => {
    await raceProcesses({ processes: 4, rounds: 5 });
  },
);
