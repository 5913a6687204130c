import type { PGlite, Results } from "@electric-sql/pglite";

/** The one session of a PGlite, which must not be used by two at once. */
export class Session {
  constructor(private readonly pglite: PGlite) {}

  /** Runs one statement. */
  query<Row>(text: string, parameters: readonly unknown[] = []): Promise<Results<Row>> {
    return keepingExitCode(() => this.pglite.query<Row>(text, [...parameters]));
  }

  /** Runs any number of statements. */
  async exec(statements: string): Promise<void> {
    await keepingExitCode(() => this.pglite.exec(statements));
  }
}

/** PGlite sets this process's exit code when it starts, and again at each error of a statement. */
export async function keepingExitCode<T>(work: () => Promise<T>): Promise<T> {
  const { exitCode } = Deno;
  try {
    return await work();
  } finally {
    Deno.exitCode = exitCode;
  }
}
