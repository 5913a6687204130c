/**
 * Writes a file that only its owner may read; it is there whole or not at all, also after a kill.
 */
export async function writePrivateFile(path: string, value: unknown): Promise<void> {
  const unfinished = `${path}.new`;
  await Deno.remove(unfinished).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  // The mode is of a new file: whoever reads it early must not have been let in before.
  await Deno.writeTextFile(unfinished, `${JSON.stringify(value, undefined, 2)}\n`, {
    createNew: true,
    mode: 0o600,
  });
  await Deno.rename(unfinished, path);
}
