import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the clone. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Where migrations are, in the order of their names. */
export const MIGRATIONS = join(ROOT, "supabase", "migrations");

/** Where functions are, a folder each. */
export const FUNCTIONS = join(ROOT, "supabase", "functions");

/** The demo tenant's rows. */
export const SEED = join(ROOT, "supabase", "seed.sql");

/** What the stack keeps unless it is told another folder; not under version control. */
export const DATA = join(ROOT, "supabase", ".temp");
