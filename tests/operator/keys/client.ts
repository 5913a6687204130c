/**
 * A client of the rotation test: reads and writes sealed values of its own rows until its input ends,
 * then prints how often, and what it wrote last. Each line of the input is the keyring from then on.
 * A value that does not open ends it.
 *
 * Environment: `CLIENT`, a {@linkcode ClientOptions} as JSON.
 */
import { stdin } from "node:process";
import { createInterface } from "node:readline";
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
  /** With each keyring that it had, one after the other. */
  readonly reads: readonly number[];
  readonly writes: number;
  readonly written: Readonly<Record<string, string>>;
}

if (import.meta.main) {
  const options: ClientOptions = JSON.parse(Deno.env.get("CLIENT") ?? "");
  let keyring = parseKeyring(options.encryptionKeys);
  const database = new pg.Client({ connectionString: options.databaseUrl });
  await database.connect();
  const written: Record<string, string> = {};
  const reads = [0];
  let [writes, ended] = [0, false];
  void (async () => {
    for await (const line of createInterface({ input: stdin })) {
      keyring = parseKeyring(line);
      reads.push(0);
    }
    ended = true;
  })();
  console.log("ready");
  while (!ended || reads.at(-1) === 0) {
    const row = options.rows[Math.floor(Math.random() * options.rows.length)] ?? "";
    const binding = signingSecretBinding(options.userId, row);
    const { rows: [found] } = await database.query<{ sealed: string }>(
      "select sealed from private.credentials where id = $1",
      [row],
    );
    const text = await open(found?.sealed ?? "", binding, keyring);
    const expected = written[row] ?? `first of ${row}`;
    if (text !== expected) throw new Error(`${row} reads ${text} instead of ${expected}`);
    reads.push((reads.pop() ?? 0) + 1);
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
