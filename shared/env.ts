import type { JWK } from "jose";
import { z } from "zod";
import { type Keyring, KeyringError, parseKeyring } from "./crypto/keyring.ts";
import { type DatabaseAddress, parseDatabaseAddress } from "./db/address.ts";
import { parseJson } from "./json.ts";

/** What Switchboard is told by its environment, parsed; see `.env.example` for every variable. */
export interface Environment {
  /** `SUPABASE_URL`: the project's API, without a trailing slash. */
  readonly supabaseUrl: string;
  /** `SUPABASE_PUBLISHABLE_KEYS` `.default`, or the legacy `SUPABASE_ANON_KEY`. */
  readonly publishableKey: string;
  /**
   * `SUPABASE_SECRET_KEYS` `.default`, or the legacy `SUPABASE_SERVICE_ROLE_KEY`: opens the
   * database past row level security, and is how the operator is known.
   */
  readonly secretKey: string;
  /** `SUPABASE_SECRET_KEYS` `.cron`: how scheduled jobs are known. */
  readonly cronKey: string | undefined;
  /** `SUPABASE_JWKS`: the public keys of a project that signs user tokens with ES256 or RS256. */
  readonly jwks: { readonly keys: JWK[] } | undefined;
  /** `SWITCHBOARD_JWT_SECRET`: the project's secret where user tokens are signed with HS256. */
  readonly jwtSecret: string | undefined;
  /** `SWITCHBOARD_SIGNING_KEY`: signs the short-lived tokens that programs with a key act under. */
  readonly signingKey: SigningKey | undefined;
  /** `SWITCHBOARD_LEAK_KEYS_URL`: where the public keys are of whoever reports leaked keys. */
  readonly leakKeysUrl: string | undefined;
  /** `SWITCHBOARD_ADDRESS_HEADER`: the header whose last entry is the caller's address. */
  readonly addressHeader: string;
  /** `SWITCHBOARD_PUBLIC_URL`: what callers put before `/<function>/…`, without a trailing slash. */
  readonly publicUrl: string;
  /** `SWITCHBOARD_ENCRYPTION_KEYS`: what third-party secrets are encrypted with. */
  readonly keyring: Keyring | undefined;
  /**
   * `SWITCHBOARD_DB_URL`: where the hot functions are called past the Data API, as a role that may
   * call nothing else. Never the platform's `SUPABASE_DB_URL`, whose role may do everything.
   */
  readonly hotDatabase: DatabaseAddress | undefined;
  /** `SWITCHBOARD_DB_CA`: the certificates, in PEM, that vouch for that server. */
  readonly hotDatabaseCa: string | undefined;
  /**
   * `SWITCHBOARD_DISPATCH_KICK`: whether publishing starts a dispatch, an announced recording is
   * copied and an export begun at once, or all is left to cron.
   */
  readonly dispatchKick: boolean;
  /** `SWITCHBOARD_JOBS_PAUSED`: whether scheduled jobs are refused, as while a backup is restored. */
  readonly jobsPaused: boolean;
  /** `SWITCHBOARD_ALLOWED_ORIGINS`: the web origins that browsers may call from, or `*`. */
  readonly allowedOrigins: readonly string[];
  /**
   * `SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS`: whether endpoints may be on this machine, over http too.
   * Never on a hosted deployment, where this machine is another's.
   */
  readonly allowLoopbackWebhooks: boolean;
  /** `SWITCHBOARD_RETELL_URL`: Retell's API, without a trailing slash. */
  readonly retellUrl: string;
  /** `SWITCHBOARD_DELETION_GRACE_DAYS`: how long an account can still be kept by its user who wants it deleted. */
  readonly deletionGraceDays: number;
  /** `SWITCHBOARD_LOG_LEVEL`: the least severe level that is written. */
  readonly logLevel: LogLevel;
}

/** A private key that the project trusts, and the one algorithm that it is for. */
export interface SigningKey {
  readonly alg: "ES256" | "RS256" | "HS256";
  readonly jwk: JWK;
}

/** The severities of log lines, least severe first. */
export type LogLevel = z.output<typeof logLevel>;

/** An environment that Switchboard cannot run in. Names every variable at fault, and no value. */
export class EnvironmentError extends Error {
  override name = "EnvironmentError";

  constructor(readonly faults: ReadonlyMap<string, string>) {
    super([...faults].map(([variable, fault]) => `${variable}: ${fault}`).join("; "));
  }
}

const logLevel = z.enum(["debug", "info", "warn", "error"], {
  error: "Must be one of debug, info, warn, error",
});

/** Whoever could change an answer on its way must not be able to; on this machine nobody can. */
function isSafeUrl(value: string): boolean {
  const { protocol, hostname } = URL.parse(value) ?? {};
  return protocol === "https:" ||
    (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname ?? ""));
}

const url = z
  .url({ protocol: /^https?$/, error: "Must be an absolute http(s) URL" })
  .refine((value) => !/[?#@]/.test(value), "Must have no query, fragment or credentials")
  // As a URL parser writes it: in lower case and without a default port, so that it is one text.
  .transform((value) => new URL(value).href.replace(/\/+$/, ""));

const ALGORITHMS = { EC: "ES256", RSA: "RS256", oct: "HS256" } as const;

/** A variable whose text is JSON of the given shape. */
function json<Schema extends z.ZodType>(schema: Schema, error: string) {
  return z.string({ error }).transform((value, context): z.output<Schema> => {
    const parsed = schema.safeParse(parseJson(value));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: "custom", message: error });
    return z.NEVER;
  });
}

/** The platform's dictionaries of keys: `{"default": "sb_…", "<name>": "sb_…"}`. */
const keyDictionary = json(
  z.object({ default: z.string().min(1) }).catchall(z.string().min(1)),
  'Must be JSON of the form {"default": "sb_…"}',
);

const jwks = json(
  z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }),
  'Must be a JSON Web Key Set, {"keys": […]}',
)
  // Only a public key may verify what it cannot sign; a shared secret belongs in its own variable.
  .transform(({ keys }) => ({ keys: keys.filter(({ kty }) => kty === "EC" || kty === "RSA") }));

/** The private members that make a key able to sign, by its type. */
const signingKey = json(
  z.discriminatedUnion("kty", [
    z.looseObject({ kty: z.literal("EC"), crv: z.literal("P-256"), d: z.string().min(1) }),
    z.looseObject({ kty: z.literal("RSA"), n: z.string().min(1), d: z.string().min(1) }),
    // 43 characters of base64url are the 32 bytes that HS256 asks for.
    z.looseObject({ kty: z.literal("oct"), k: z.string().min(43) }),
  ]),
  "Must be a private JSON Web Key: EC on P-256, RSA, or oct of at least 32 bytes",
)
  .transform((jwk): SigningKey => ({ alg: ALGORITHMS[jwk.kty], jwk }));

const keyring = z.string().transform((value, context): Keyring => {
  try {
    return parseKeyring(value);
  } catch (error) {
    if (!(error instanceof KeyringError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
});

const databaseAddress = z.string().transform((value, context): DatabaseAddress => {
  const address = parseDatabaseAddress(value);
  if (address !== undefined) return address;
  const message = "Must be of the form postgres://user:password@host:port/database";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const certificates = z.string()
  // Where a variable is one line, its line ends are written out.
  .transform((value) => value.replaceAll("\\n", "\n"))
  .refine((value) => value.includes("-----BEGIN CERTIFICATE-----"), {
    error: "Must be certificates in PEM form",
  });

const origins = z
  .string()
  .transform((value) => value.split(",").map((origin) => origin.trim()).filter(Boolean))
  .pipe(z.array(
    z.string().refine((origin) => origin === "*" || URL.parse(origin)?.origin === origin, {
      error: "Must be * or a comma-separated list of origins such as https://app.example.com",
    }),
  ));

/** A variable that is `true` or `false`. */
function flag(fallback: "true" | "false") {
  return z.enum(["true", "false"], { error: "Must be true or false" })
    .default(fallback)
    .transform((value) => value === "true");
}

/** What hosting platforms set for every function. */
const HOSTING_VARIABLES = ["DENO_DEPLOYMENT_ID", "SB_EXECUTION_ID", "SB_REGION"] as const;

const variables = z.object({
  SUPABASE_URL: url,
  SUPABASE_PUBLISHABLE_KEYS: keyDictionary,
  SUPABASE_ANON_KEY: z.string().optional(),
  SUPABASE_SECRET_KEYS: keyDictionary,
  SUPABASE_SERVICE_ROLE_KEY: z.string().optional(),
  SUPABASE_JWKS: jwks.optional(),
  SWITCHBOARD_JWT_SECRET: z.string()
    .refine((value) => new TextEncoder().encode(value).byteLength >= 32, {
      error: "Must be at least 32 bytes",
    })
    .optional(),
  SWITCHBOARD_SIGNING_KEY: signingKey.optional(),
  SWITCHBOARD_LEAK_KEYS_URL: z
    .string()
    .refine(isSafeUrl, { error: "Must be an https URL" })
    .optional(),
  SWITCHBOARD_ADDRESS_HEADER: z
    .string()
    .regex(/^[\w-]+$/, { error: "Must be the name of a header" })
    .toLowerCase()
    .default("x-forwarded-for"),
  SWITCHBOARD_PUBLIC_URL: url.optional(),
  SWITCHBOARD_ENCRYPTION_KEYS: keyring.optional(),
  SWITCHBOARD_DB_URL: databaseAddress.optional(),
  SWITCHBOARD_DB_CA: certificates.optional(),
  SWITCHBOARD_DISPATCH_KICK: flag("true"),
  SWITCHBOARD_JOBS_PAUSED: flag("false"),
  SWITCHBOARD_ALLOWED_ORIGINS: origins.default(["*"]),
  SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS: flag("false"),
  SWITCHBOARD_RETELL_URL: url
    .refine(isSafeUrl, { error: "Must be an https URL" })
    .default("https://api.retellai.com"),
  SWITCHBOARD_DELETION_GRACE_DAYS: z
    .string()
    .regex(/^(?:\d|[1-8]\d|90)$/, { error: "Must be a number of days from 0 to 90" })
    .default("7")
    .transform(Number),
  SWITCHBOARD_LOG_LEVEL: logLevel.default("info"),
  DENO_DEPLOYMENT_ID: z.string().optional(),
  SB_EXECUTION_ID: z.string().optional(),
  SB_REGION: z.string().optional(),
});

/** The names of the variables that are read, and of no others. */
export const VARIABLES: readonly string[] = Object.keys(variables.shape);

/** What a deployment must not be told: what is safe on one's own machine lets others in elsewhere. */
const environment = variables.refine(
  (read) => !read.SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS || !isHosted(read),
  {
    error: "Must not be true on a hosted deployment",
    path: ["SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS"],
  },
).refine(
  (read) => read.SWITCHBOARD_RETELL_URL.startsWith("https:") || !isHosted(read),
  { error: "Must be an https URL on a hosted deployment", path: ["SWITCHBOARD_RETELL_URL"] },
);

function isHosted(read: z.output<typeof variables>): boolean {
  return read.SUPABASE_URL.startsWith("https:") ||
    HOSTING_VARIABLES.some((name) => read[name] !== undefined);
}

let source: Readonly<Record<string, string>> | undefined;
let parsed: Environment | undefined;

/**
 * The environment, read and parsed once.
 *
 * @throws {EnvironmentError} naming every variable that is missing or malformed. A secret that only
 * some routes need may be missing: those routes answer `not_configured`.
 */
export function env(): Environment {
  return parsed ??= parseEnvironment(source ?? readProcess());
}

/**
 * Replaces the process's environment for this module instance: the embedded stack and the tests
 * give their own. `undefined` goes back to the process.
 */
export function setEnvironment(values: Readonly<Record<string, string>> | undefined): void {
  source = values;
  parsed = undefined;
}

function readProcess(): Record<string, string> {
  const values: Record<string, string> = {};
  // Variable by variable, so that a process which may read these alone is permission enough.
  for (const name of VARIABLES) {
    const value = Deno.env.get(name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function parseEnvironment(values: Readonly<Record<string, string>>): Environment {
  // An empty variable is what `.env` files and dashboards make of an unset one.
  const set = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ""));
  const result = environment.safeParse({
    ...set,
    SUPABASE_PUBLISHABLE_KEYS: withLegacyKey(set.SUPABASE_PUBLISHABLE_KEYS, set.SUPABASE_ANON_KEY),
    SUPABASE_SECRET_KEYS: withLegacyKey(set.SUPABASE_SECRET_KEYS, set.SUPABASE_SERVICE_ROLE_KEY),
    // Compiling what is used once takes longer than using it.
  }, { jitless: true });
  if (!result.success) {
    throw new EnvironmentError(
      new Map(result.error.issues.map(({ path, message }) => [String(path[0]), message])),
    );
  }
  const read = result.data;
  return {
    supabaseUrl: read.SUPABASE_URL,
    publishableKey: read.SUPABASE_PUBLISHABLE_KEYS.default,
    secretKey: read.SUPABASE_SECRET_KEYS.default,
    cronKey: read.SUPABASE_SECRET_KEYS.cron,
    // Projects that still sign with their secret publish an empty set.
    jwks: read.SUPABASE_JWKS?.keys.length ? read.SUPABASE_JWKS : undefined,
    jwtSecret: read.SWITCHBOARD_JWT_SECRET,
    signingKey: read.SWITCHBOARD_SIGNING_KEY,
    leakKeysUrl: read.SWITCHBOARD_LEAK_KEYS_URL,
    addressHeader: read.SWITCHBOARD_ADDRESS_HEADER,
    publicUrl: read.SWITCHBOARD_PUBLIC_URL ?? `${read.SUPABASE_URL}/functions/v1`,
    keyring: read.SWITCHBOARD_ENCRYPTION_KEYS,
    hotDatabase: read.SWITCHBOARD_DB_URL,
    hotDatabaseCa: read.SWITCHBOARD_DB_CA,
    dispatchKick: read.SWITCHBOARD_DISPATCH_KICK,
    jobsPaused: read.SWITCHBOARD_JOBS_PAUSED,
    allowedOrigins: read.SWITCHBOARD_ALLOWED_ORIGINS,
    allowLoopbackWebhooks: read.SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS,
    retellUrl: read.SWITCHBOARD_RETELL_URL,
    deletionGraceDays: read.SWITCHBOARD_DELETION_GRACE_DAYS,
    logLevel: read.SWITCHBOARD_LOG_LEVEL,
  };
}

/** A project of the older kind has no dictionary, or an empty one, and a single key of its own name. */
function withLegacyKey(dictionary: string | undefined, legacy: string | undefined) {
  if (legacy === undefined) return dictionary;
  const keys = z.looseObject({}).safeParse(parseJson(dictionary ?? "{}"));
  return keys.success ? JSON.stringify({ default: legacy, ...keys.data }) : dictionary;
}
