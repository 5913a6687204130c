/** Where a Postgres server is and who signs in there. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const POSTGRES_PORT = 5432;

/**
 * Reads `postgres://user:password@host:port/database`, or returns undefined where the text is
 * something else. What follows a `?` is left out: it could turn the check of certificates off.
 */
export function parseDatabaseAddress(text: string): DatabaseAddress | undefined {
  const url = URL.parse(text);
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) return undefined;
  try {
    const address = {
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(url.port) || POSTGRES_PORT,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
    return address.host && address.user && address.database ? address : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Tells whether a host is this machine, so that nothing lies between it and us. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
