/**
 * The version of the newest migration that this code relies on: the digits in front of its name in
 * `supabase/migrations`. A deployed function compares it with what the database says it has.
 */
export const SCHEMA_VERSION = "20261128000200";
