import { z } from "zod";
import { patientClient } from "../db/clients.ts";
import { unwrap } from "../db/errors.ts";

const NO_USER = "no policy lets a user read every table, and an erasure outlives its user";

const tables = z.array(z.object({
  name: z.string(),
  withheld: z.array(z.string()),
  opened: z.array(z.string()),
}));

const rows = z.object({
  lines: z.string(),
  rows: z.number(),
  after: z.array(z.string()).nullable(),
});

const objects = z.array(z.object({ bucket: z.string(), name: z.string() }));

/** A table that holds rows of users. */
export type PersonalTable = Readonly<z.output<typeof tables>[number]>;

/** A part of a user's rows of a table, as JSON Lines, and the place to go on from, if any. */
export type PersonalRows = Readonly<z.output<typeof rows>>;

/** An object in storage, by its bucket and its name there. */
export type PersonalObject = Readonly<z.output<typeof objects>[number]>;

/** How much is read at once, in bytes: as many rows as begin within them. */
const BYTES_AT_ONCE = 2 * 1024 * 1024;

/** How many objects are listed at once. */
export const OBJECTS_AT_ONCE = 100;

/**
 * The tables that hold rows of users, in the order of their names, with the columns of each that are
 * exported to nobody, and those that are read as they are sealed, to be opened.
 *
 * @throws {Problem} `internal_error`, naming it, for a table of which nobody has said what it holds.
 */
export async function personalTables(): Promise<PersonalTable[]> {
  const found = unwrap(await patientClient(NO_USER).rpc("describe_personal_tables"), tables);
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Which rows are read: those of a table after a place, at most so many of them. */
export interface Reading {
  readonly table: string;
  readonly after: readonly string[] | null;
  readonly count: number;
}

/** A user's rows of a table, in the order of their key. */
export async function readPersonalRows(
  userId: string,
  { table, after, count }: Reading,
): Promise<PersonalRows> {
  const args = {
    p_user_id: userId,
    p_table: table,
    p_after: after,
    p_rows: count,
    p_bytes: BYTES_AT_ONCE,
  };
  return unwrap(await patientClient(NO_USER).rpc("read_personal_rows", args), rows);
}

/** Objects of a user in any bucket, after one of them. */
export async function listPersonalObjects(
  userId: string,
  after: PersonalObject | null,
): Promise<PersonalObject[]> {
  const result = await patientClient(NO_USER).rpc("list_personal_objects", {
    p_user_id: userId,
    p_after_bucket: after?.bucket ?? null,
    p_after_name: after?.name ?? null,
    p_count: OBJECTS_AT_ONCE,
  });
  return unwrap(result, objects);
}

/** The tables that an erasure empties, in its order: the user's own row is the last. */
export async function erasureOrder(): Promise<string[]> {
  return unwrap(await patientClient(NO_USER).rpc("list_erasure_order"), z.array(z.string()));
}

/** Deletes at most so many of a user's rows of a table; returns how many. */
export async function erasePersonalRows(
  userId: string,
  table: string,
  count: number,
): Promise<number> {
  const args = { p_user_id: userId, p_table: table, p_rows: count };
  return unwrap(await patientClient(NO_USER).rpc("erase_personal_rows", args), z.number());
}

/** Names the erasure that a function of the database is about, and its worker's claim to it. */
interface Erasure {
  readonly id: string;
  readonly fence: number;
}

/** Begins an erasure; false while another job of the user is under way. */
export async function beginErasure({ id, fence }: Erasure): Promise<boolean> {
  const args = { p_job_id: id, p_fence: fence };
  return unwrap(await patientClient(NO_USER).rpc("begin_erasure", args), z.boolean());
}

/** Ends an erasure, or tells what is left of the account, by table. */
export async function finishErasure({ id, fence }: Erasure): Promise<Record<string, number>> {
  const args = { p_job_id: id, p_fence: fence };
  return unwrap(
    await patientClient(NO_USER).rpc("finish_erasure", args),
    z.record(z.string(), z.number()),
  );
}
