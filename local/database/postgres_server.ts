import { LocalFailure } from "../failure.ts";

/** The addresses of hosted projects, also through their pooler. */
const HOSTED = /(?:^|\.)(?:supabase\.(?:co|com|in|net)|pooler\.supabase\.com)$/i;

/**
 * Reads the address of a Postgres server.
 *
 * @throws {LocalFailure} if it is none, or a hosted project's, which the stack must not touch.
 */
export function parseDatabaseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol) || url.hostname === "") {
    throw new LocalFailure(
      "--database-url must be of the form postgres://user:password@host:port/database",
    );
  }
  // A name may be written with the dot of the root.
  if (HOSTED.test(url.hostname.replace(/\.$/, ""))) {
    throw new LocalFailure(
      `${url.hostname} is a hosted Supabase project, which has all of this already; push migrations ` +
        "to it with the Supabase CLI",
    );
  }
  return url;
}

/**
 * Runs the first query on a server. If that fails for want of a server, says so in a sentence.
 *
 * @throws {LocalFailure}
 */
export async function reach<T>(url: string, query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    const { host, pathname } = parseDatabaseUrl(url);
    throw new LocalFailure(`Cannot use the database ${host}${pathname}: ${reason}`, {
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") {
    return undefined;
  }
  const { code } = error;
  if (/^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/.test(code)) {
    return "nobody answers there";
  }
  if (/^(?:CONNECT_TIMEOUT|ETIMEDOUT)$/.test(code)) return "it does not answer in time";
  if (/^28/.test(code)) return "it refuses the user or the password";
  if (code === "3D000") return "the server has no such database";
  // 42704: the address sets a parameter that the server does not know.
  return /^(?:CONNECTION_|ECONN|57P|53|42704)/.test(code) ? error.message : undefined;
}
