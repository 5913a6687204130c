import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { unwrap } from "#shared/db/errors.ts";
import { Problem } from "#shared/http/problem.ts";
import { type MenuDocument, menuDocument } from "#shared/ivr/menus/document.ts";
import { menuVersion } from "#shared/ivr/menu.ts";
import { menu, MENU_COLUMNS } from "./schemas/menus.ts";

/** What to select of a version. */
export const VERSION_COLUMNS = "id,version,restored_from,created_at";

/** A version as the database keeps it, without its document. */
export const versionRow = z.object({
  id: z.guid(),
  version: z.int(),
  restored_from: z.int().nullable(),
  created_at: z.string(),
});

const fullVersionRow = versionRow.extend({ document: z.record(z.string(), z.unknown()) });

/** A menu of the caller. @throws {Problem} `not_found` for any other. */
export async function findMenu(db: SupabaseClient, id: string): Promise<z.output<typeof menu>> {
  const result = await db.from("ivr_menus").select(MENU_COLUMNS).eq("id", id).maybeSingle();
  const found = unwrap(result, menu.nullable());
  if (found === null) throw new Problem("not_found", "No such menu");
  return found;
}

/** A version of a menu of the caller. @throws {Problem} `not_found` for any other. */
export async function findVersion(
  db: SupabaseClient,
  menuId: string,
  version: number,
): Promise<z.output<typeof fullVersionRow>> {
  const result = await db.from("ivr_menu_versions").select(`${VERSION_COLUMNS},document`)
    .eq("menu_id", menuId).eq("version", version).maybeSingle();
  const found = unwrap(result, fullVersionRow.nullable());
  if (found === null) throw new Problem("not_found", "No such version");
  return found;
}

/** A document to draw and compare; one of an earlier release with what it left unsaid filled in. */
export function readDocument(document: unknown): MenuDocument {
  return menuDocument.parse(menuVersion.safeParse(document).data ?? document);
}
