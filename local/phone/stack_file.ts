import { z } from "zod";

/** What a running stack writes to `supabase/.temp/local.json`. */
export const StackDetails = z.object({
  url: z.url(),
  publishable_key: z.string(),
  secret_key: z.string(),
  cron_key: z.string(),
  /** The base under which the stack knows its functions, where it is not at `url`. */
  public_url: z.url().optional(),
  /** Missing where the stack was started without its demo tenant. */
  demo: z.object({
    email: z.string(),
    password: z.string(),
    user_id: z.guid(),
    connection_id: z.guid(),
    provider: z.string(),
    auth_token: z.string().min(1),
    number: z.string().min(1),
  }).optional(),
});
export type StackDetails = z.infer<typeof StackDetails>;

/** Thrown when there is no usable description of a running stack; the message is one sentence. */
export class StackFileError extends Error {
  override name = "StackFileError";
}

/**
 * Reads the description of the running stack.
 *
 * @throws {StackFileError} if the file is missing, unreadable or of another shape
 */
export async function readStackFile(path: string): Promise<StackDetails> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new StackFileError(
        `No stack is running here: ${path} does not exist; run deno task start`,
      );
    }
    throw new StackFileError(
      `Cannot read ${path}: ${error instanceof Error ? error.message : error}`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new StackFileError(`${path} is not JSON; start the stack again to have it rewritten`);
  }
  const parsed = StackDetails.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new StackFileError(
    `${path} is not what deno task start writes: ${issue?.path.join(".")} ${issue?.message}`,
  );
}
