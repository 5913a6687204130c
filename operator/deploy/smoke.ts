import { z } from "zod";
import { LocalFailure } from "#local/failure.ts";

/** How long a function may take to answer, its cold start included, in milliseconds. */
const DEADLINE_MS = 30_000;

const problem = z.object({
  code: z.string().optional(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() }))
    .optional(),
});

/**
 * Tries what was deployed: every function answers, and everything that a call depends on is in place.
 *
 * @param key the operator's, which is told what is wrong.
 * @throws {LocalFailure} naming the first thing that is not as it should be.
 */
export async function smokeTest(
  apiUrl: string,
  names: readonly string[],
  key: string,
): Promise<void> {
  for (const name of names) {
    const { status } = await get(`${apiUrl}/functions/v1/${name}/openapi.json`, {});
    if (status !== 200) throw new LocalFailure(`The function ${name} answers ${status}`);
  }
  const { status, text } = await get(`${apiUrl}/functions/v1/health/ready`, { apikey: key });
  if (status === 200) return;
  const { code, checks = [] } = readProblem(text);
  const wrong = checks.filter(({ ok }) => !ok)
    .map(({ name, detail }) => detail === undefined ? name : `${name} (${detail})`);
  throw new LocalFailure(`The project is not ready: ${wrong.join(", ") || code || status}`);
}

function readProblem(text: string): z.output<typeof problem> {
  try {
    return problem.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

async function get(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(DEADLINE_MS) });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new LocalFailure(`Nobody answers at ${url}`, { cause });
  }
}
