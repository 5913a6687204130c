/**
 * A client of the rotation test: reads and writes sealed values of its own rows until it is told to
 * end, then prints how often, and what it wrote last. A value that does not open ends it.
 *
 * Environment: `CLIENT`, a {@linkcode ClientOptions} as JSON.
 */
// @ts-types="@types/pg"
import pg from "pg";
import { parseKeyring } from "#shared/crypto/keyring.ts";
import { open, seal } from "#shared/crypto/sealed.ts";
import { signingSecretBinding } from "#shared/ivr/credentials.ts";

/** What a client is told. */
export interface ClientOptions {
  readonly databaseUrl: string;
  readonly userId: string;
  /** Its own rows, which nobody else writes. */
  readonly rows: readonly string[];
  /** As in `SWITCHBOARD_ENCRYPTION_KEYS`; some clients still seal with the old key. */
  readonly encryptionKeys: string;
}

/** What a client did. */
export interface ClientReport {
  readonly reads: number;
  readonly writes: number;
  readonly written: Readonly<Record<string, string>>;
}

if (import.meta.main) {
  const options: ClientOptions = JSON.parse(Deno.env.get("CLIENT") ?? "");
  const keyring = parseKeyring(options.encryptionKeys);
  const database = new pg.Client({ connectionString: options.databaseUrl });
  await database.connect();
  const written: Record<string, string> = {};
  let [reads, writes, ended] = [0, 0, false];
  void Deno.stdin.read(new Uint8Array(1)).then(() => ended = true);
  console.log("ready");
  while (!ended) {
    const row = options.rows[Math.floor(Math.random() * options.rows.length)] ?? "";
    const binding = signingSecretBinding(options.userId, row);
    const { rows: [found] } = await database.query<{ sealed: string }>(
      "select sealed from private.credentials where id = $1",
      [row],
    );
    const text = await open(found?.sealed ?? "", binding, keyring);
    const expected = written[row] ?? `first of ${row}`;
    if (text !== expected) throw new Error(`${row} reads ${text} instead of ${expected}`);
    reads++;
    const next = `${++writes} of ${row}`;
    await database.query("update private.credentials set sealed = $2 where id = $1", [
      row,
      await seal(next, binding, keyring),
    ]);
    written[row] = next;
  }
  await database.end();
  console.log(JSON.stringify({ reads, writes, written } satisfies ClientReport));
}
