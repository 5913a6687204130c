import { randomBytes } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { newSecrets, type Secrets } from "#local/secrets.ts";
import { createStack, type DataPlace, type Stack, type StackOptions } from "#local/stack.ts";
import { setLogSink } from "#shared/log.ts";
import { createDatabase, STACK_DATABASE, stacksOnCluster } from "./databases.ts";
import { template } from "./template.ts";

/** What a test may want otherwise than usual. */
export interface TestStackOptions extends Omit<StackOptions, "data"> {
  /** Run over this Postgres instead of a database for this stack. It must be empty or a stack's own. */
  readonly databaseUrl?: string | undefined;
  /** Whether to print what the functions log. */
  readonly logs?: boolean;
}

/** A stack for one test, and tenants to act as. */
export interface TestStack extends Stack {
  /** Signs up another user. */
  newTenant(name?: string): Promise<Tenant>;
  /** A client that is held by no policy. */
  readonly admin: SupabaseClient;
}

/** A signed-up user. */
export interface Tenant {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  /** The access token, for `Authorization: Bearer`. */
  readonly jwt: string;
  /** The client that an app of this user has. */
  readonly db: SupabaseClient;
}

/**
 * Starts a stack of the clone's migrations and functions on a free port, without scheduled jobs
 * unless asked for. Each has a database of its own: in memory, from a snapshot that is made once and
 * kept until the migrations change, or on the real-Postgres lane, a copy of what is migrated there.
 *
 * @example
 * ```ts
 * await using stack = await testStack();
 * const { db } = await stack.newTenant();
 * await db.from("ivr_menus").insert({ name: "Main", prompt: "Hello" });
 * ```
 */
export async function testStack(options: TestStackOptions = {}): Promise<TestStack> {
  const { databaseUrl, logs = false, secrets = newSecrets(), ...rest } = options;
  if (!logs) setLogSink(() => {});
  await using undo = new AsyncDisposableStack();
  undo.defer(() => {
    if (!logs) setLogSink(undefined);
  });
  const data = await placeOf(databaseUrl, undo);
  const stack = undo.use(await createStack({ cron: false, ...rest, secrets, data }));
  const whole = undo.move();
  const close = () => whole.disposeAsync();
  return {
    ...stack,
    admin: clientOf(stack.url, secrets.secret_key),
    newTenant: (name = "tenant") => newTenant(stack.url, secrets, name),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Where a stack's data is to be; what is made for it alone goes with it. */
async function placeOf(url: string | undefined, undo: AsyncDisposableStack): Promise<DataPlace> {
  if (url !== undefined) return { kind: "postgres", url };
  if (!stacksOnCluster) return { kind: "memory", snapshot: await template() };
  return { kind: "postgres", url: undo.use(await createDatabase(STACK_DATABASE)).url };
}

/** Signs up a user of the stack at a URL. */
export async function newTenant(url: string, secrets: Secrets, name: string): Promise<Tenant> {
  const email = `${name}-${randomBytes(4).toString("hex")}@switchboard.example`;
  const password = randomBytes(12).toString("base64url");
  const db = clientOf(url, secrets.publishable_key);
  const { data, error } = await db.auth.signUp({ email, password });
  if (error) throw error;
  const { user, session } = data;
  if (user === null || session === null) throw new Error("The sign-up gave no session");
  return { userId: user.id, email, password, jwt: session.access_token, db };
}

/** A client that leaves no timer behind and does not try twice. */
function clientOf(url: string, key: string): SupabaseClient {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    db: { retry: false },
  });
}
