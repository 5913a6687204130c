import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { newDeployment, startProcess } from "#tests/support/processes.ts";

Deno.test(
  "Stacks that start at the same time on one empty Postgres all come up",
  onPostgres,
  async () => {
    await using database = await createDatabase("template0");
    const deployment = newDeployment({ kind: "postgres", url: database.url });
    const started = await Promise.allSettled([1, 2, 3].map(() => startProcess(deployment)));
    try {
      const failures = started.filter(({ status }) => status === "rejected");
      if (failures.length > 0) {
        throw new AggregateError(
          failures.map((failure) => "reason" in failure ? failure.reason : undefined),
        );
      }
    } finally {
      await Promise.all(
        started.map((start) =>
          start.status === "fulfilled" ? start.value[Symbol.asyncDispose]() : undefined
        ),
      );
    }
  },
);
