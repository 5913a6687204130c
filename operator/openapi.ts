import { join } from "node:path";
import { exitWith } from "#local/failure.ts";
import { loadFunctions } from "#local/gateway/functions.ts";
import { functionDocuments } from "#local/openapi/documents.ts";
import { mergeDocuments } from "#local/openapi/merge.ts";
import { FUNCTIONS, ROOT } from "#local/paths.ts";
import { setEnvironment } from "#shared/env.ts";

/** The committed document of the whole HTTP interface. */
export const OPENAPI = join(ROOT, "docs", "openapi.json");

/** Where the functions of a project that is not known yet are. */
const SERVER = "https://<project>.supabase.co/functions/v1";

/** The document of all functions, as it is committed. */
export async function openApiText(): Promise<string> {
  // The documents say nothing of the environment but the server, which is replaced.
  setEnvironment({
    SUPABASE_URL: "http://127.0.0.1",
    SUPABASE_PUBLISHABLE_KEYS: '{"default": "none"}',
    SUPABASE_SECRET_KEYS: '{"default": "none"}',
    SWITCHBOARD_LOG_LEVEL: "error",
  });
  const documents = await functionDocuments(await loadFunctions(FUNCTIONS));
  return `${JSON.stringify(mergeDocuments(documents, SERVER), undefined, 2)}\n`;
}

async function main(): Promise<number> {
  await Deno.writeTextFile(OPENAPI, await openApiText());
  return 0;
}

if (import.meta.main) await exitWith(main());
