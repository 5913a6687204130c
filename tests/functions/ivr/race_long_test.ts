import { onPostgres } from "#tests/support/databases.ts";
import { raceProcesses } from "./race.ts";

Deno.test(
  "Twenty calls, each of whose callbacks twenty deliveries race to six processes, have three turns each",
  onPostgres,
  async () => {
    await raceProcesses({ processes: 6, rounds: 20 });
  },
);
