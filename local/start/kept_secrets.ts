import { z } from "zod";
import { parseJson } from "#shared/json.ts";
import { LocalFailure } from "../failure.ts";
import { newSecrets, randomText, Secrets } from "../secrets.ts";
import { writePrivateFile } from "./private_file.ts";

/** What makes the demo tenant the same at every start. */
const DemoSecrets = z.object({
  password: z.string(),
  connection_id: z.guid(),
  credential_id: z.guid(),
  auth_token: z.string(),
});
export type DemoSecrets = z.output<typeof DemoSecrets>;

const KeptSecrets = z.object({ stack: Secrets, demo: DemoSecrets });
export type KeptSecrets = z.output<typeof KeptSecrets>;

/**
 * The keys of the stack whose data is beside this file, made and kept at its first start.
 *
 * @throws {LocalFailure} if the file is there but cannot be read.
 */
export async function keptSecrets(path: string): Promise<KeptSecrets> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const made: KeptSecrets = { stack: newSecrets(), demo: newDemoSecrets() };
    await writePrivateFile(path, made);
    return made;
  }
  const parsed = KeptSecrets.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new LocalFailure(`${path} is not what a stack wrote; begin again with --fresh`);
}

function newDemoSecrets(): DemoSecrets {
  return {
    password: randomText(18),
    connection_id: crypto.randomUUID(),
    credential_id: crypto.randomUUID(),
    auth_token: randomText(24),
  };
}
