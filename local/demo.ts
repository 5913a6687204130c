import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { seal } from "#shared/crypto/sealed.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";
import { sha256Hex } from "./database/hash.ts";
import { LocalFailure } from "./failure.ts";
import { SEED } from "./paths.ts";
import type { Stack } from "./stack.ts";
import type { DemoSecrets } from "./start/kept_secrets.ts";

/** The demo tenant, as outside clients are told of it. */
export interface Demo {
  readonly email: string;
  readonly password: string;
  readonly user_id: string;
  readonly connection_id: string;
  readonly provider: "twilio";
  readonly auth_token: string;
  readonly number: string;
}

const EMAIL = "demo@switchboard.example";
const NUMBER = "+15550100100";
const PROVIDER = "twilio";

/**
 * Makes the demo tenant where it is missing: a user, the menus of `supabase/seed.sql`, a connection
 * to a phone provider, and a number. Each part is made once, also when a kill came in between.
 *
 * @throws {LocalFailure} if the database has a demo user of another stack.
 */
export async function ensureDemo(stack: Stack, secrets: DemoSecrets): Promise<Demo> {
  const client = createClient(stack.url, stack.secrets.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    db: { retry: false },
  });
  const { password, connection_id, auth_token } = secrets;
  const user_id = await signIn(stack, client.auth, password);
  await seed(stack, user_id);
  await ensureConnection(stack, client, user_id, secrets);
  await ensureNumber(stack, client, user_id, connection_id);
  return {
    email: EMAIL,
    password,
    user_id,
    connection_id,
    provider: PROVIDER,
    auth_token,
    number: NUMBER,
  };
}

async function signIn(
  stack: Stack,
  auth: SupabaseClient["auth"],
  password: string,
): Promise<string> {
  const credentials = { email: EMAIL, password };
  const known = await stack.database.query("select from auth.users where email = $1", [EMAIL]);
  const { data, error } = known.length > 0
    ? await auth.signInWithPassword(credentials)
    : await auth.signUp(credentials);
  if (error?.code === "invalid_credentials") {
    throw new LocalFailure(
      `The database has the demo tenant of another stack, whose password is not known here; use ` +
        "that stack's --data folder, or --no-demo",
    );
  }
  if (error) throw error;
  if (data.user === null || data.session === null) throw new Error("The demo user has no session");
  return data.user.id;
}

async function seed(stack: Stack, userId: string): Promise<void> {
  const sql = await Deno.readTextFile(SEED);
  await stack.database.transaction(async (transaction) => {
    const first = await transaction.query(
      `insert into supabase_migrations.seed_files (path, hash) values ($1, $2)
        on conflict do nothing returning path`,
      ["supabase/seed.sql", sha256Hex(sql)],
    );
    if (first.length === 0) return;
    await transaction.query("select set_config('switchboard.demo_user_id', $1, true)", [userId]);
    await transaction.exec(sql);
  });
}

async function ensureConnection(
  stack: Stack,
  client: SupabaseClient,
  userId: string,
  { connection_id, credential_id, auth_token }: DemoSecrets,
): Promise<void> {
  const known = await stack.database.query(
    "select from public.phone_connections where id = $1",
    [connection_id],
  );
  if (known.length > 0) return;
  const keyring = parseKeyring(JSON.stringify(stack.secrets.encryption_keys));
  const { error } = await client.rpc("create_phone_connection", {
    p_id: connection_id,
    p_provider: PROVIDER,
    p_name: "Terminal phone",
    p_account_sid: null,
    p_credential_id: credential_id,
    p_sealed: await seal(auth_token, signingSecretBinding(userId, credential_id), keyring),
  });
  if (error) throw error;
}

async function ensureNumber(
  stack: Stack,
  client: SupabaseClient,
  userId: string,
  connectionId: string,
): Promise<void> {
  const [row] = await stack.database.query(
    `select m.id::text as menu_id,
        exists (select from public.phone_numbers n where n.connection_id = $2 and n.number = $3) as known
      from public.ivr_menus m where m.user_id = $1 and m.key = 'main'`,
    [userId, connectionId, NUMBER],
  );
  if (row?.known === true) return;
  const { error } = await client.from("phone_numbers").insert({
    connection_id: connectionId,
    menu_id: row?.menu_id,
    number: NUMBER,
    label: "Demo line",
  });
  if (error) throw error;
}
