/**
 * Why the stack cannot run, in one sentence that the person at the terminal can act on. It is
 * printed without a stack trace; everything else that is thrown is a fault of ours.
 */
export class LocalFailure extends Error {
  override name = "LocalFailure";
}

/**
 * Runs a command-line program to its end: its exit code, or the one sentence of a
 * {@linkcode LocalFailure} on standard error and 1.
 */
export async function exitWith(program: Promise<number>): Promise<never> {
  try {
    Deno.exit(await program);
  } catch (error) {
    if (!(error instanceof LocalFailure)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
