import { LocalFailure } from "#local/failure.ts";
import { EnvironmentError } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";

/**
 * Runs a program with the functions' own means.
 *
 * @throws {LocalFailure} what the person at the terminal can do something about, in one sentence.
 */
export async function explained(program: () => Promise<number>): Promise<number> {
  try {
    return await program();
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof Problem) {
      throw new LocalFailure(error.message);
    }
    throw error;
  }
}
