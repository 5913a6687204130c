import { onPostgres } from "#tests/support/databases.ts";
import { hammerKeys } from "#tests/support/hammering.ts";

Deno.test(
  "64 clients in four processes, on both ways to the database, get no more uses than are left",
  onPostgres,
  () => hammerKeys(1),
);
