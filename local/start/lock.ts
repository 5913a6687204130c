/**
 * Takes a lock that holds for as long as this process lives; the system frees it even after a kill.
 *
 * @returns undefined if another process has it.
 */
export async function takeLock(path: string): Promise<Disposable | undefined> {
  const file = await Deno.open(path, { create: true, write: true });
  if (await file.tryLock(true)) return file;
  file.close();
  return undefined;
}
