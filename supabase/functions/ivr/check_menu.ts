import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { unwrap } from "#shared/db/errors.ts";
import { type FieldError, Problem } from "#shared/http/problem.ts";
import { menuVersion } from "#shared/ivr/menu.ts";
import { type MenuDocument, nameOf } from "#shared/ivr/menus/document.ts";
import { hintsOn } from "#shared/ivr/menus/hints.ts";
import { judgeNumbers } from "#shared/ivr/menus/number_problems.ts";
import type { TransferRules } from "#shared/ivr/transfer_rules.ts";
import { readDocument } from "./find_menu.ts";

const findings = z.array(z.object({ path: z.string(), message: z.string() }));

const checkedMenu = z.object({
  document: z.record(z.string(), z.unknown()).nullable(),
  digest: z.string().nullable(),
  problems: findings,
  numbers: z.array(z.string()),
  transfer_rules: z.object({
    countries: z.array(z.string()).nullable(),
    prefixes: z.array(z.string()),
    max_per_hour: z.int(),
  }),
});

/** What publishing a menu would freeze, and what is to be said of it. */
export interface MenuCheck {
  /** Null where too many menus are within reach. */
  readonly document: MenuDocument | null;
  /** The same as it would be stored. */
  readonly frozen: unknown;
  /** Where its callers may be transferred to. */
  readonly rules: TransferRules;
  /** By which `publish_ivr_menu` knows that nothing was edited since. */
  readonly digest: string | null;
  readonly problems: FieldError[];
  readonly hints: FieldError[];
}

/** So that `items[2]` stands before `items[10]`. */
const byPath = new Intl.Collator("en", { numeric: true }).compare;

/**
 * Checks a menu of the caller and all that it leads to: as SQL does, and by what SQL cannot know,
 * which numbers there are and whether the engine reads what would be frozen.
 *
 * @throws {Problem} `not_found`.
 */
export async function checkMenu(db: SupabaseClient, id: string): Promise<MenuCheck> {
  const checked = unwrap(await db.rpc("check_ivr_menu", { p_menu_id: id }), checkedMenu);
  const { digest, transfer_rules: rules, numbers: called } = checked;
  if (checked.document === null) {
    return { document: null, frozen: null, rules, digest, problems: checked.problems, hints: [] };
  }
  const document = readDocument(checked.document);
  const numbers = judgeNumbers(document, { rules, called });
  const problems = [...checked.problems, ...numbers.problems];
  return {
    document,
    frozen: checked.document,
    rules,
    digest,
    problems: inOrder(problems.length > 0 ? problems : unreadable(checked.document, document)),
    hints: inOrder([...hintsOn(document), ...numbers.hints]),
  };
}

/** The refusal of a menu that has problems. */
export function refusal({ problems, hints }: MenuCheck): Problem {
  return new Problem("invalid_menu", "The menu cannot be published", {
    errors: problems,
    extensions: { hints },
  });
}

function inOrder(found: FieldError[]): FieldError[] {
  return found.sort((a, b) => byPath(a.path, b.path) || byPath(a.message, b.message));
}

/** Whatever SQL lets pass and the engine would not, so that no caller meets it. */
function unreadable(frozen: unknown, document: MenuDocument): FieldError[] {
  const { error } = menuVersion.safeParse(frozen);
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: path.reduce<string>((at, part, n) => {
      const menu = n === 1 ? document.menus[String(part)] : undefined;
      if (typeof part === "number") return `${at}[${part}]`;
      return `${at}${at === "" ? "" : "."}${menu ? nameOf(menu) : String(part)}`;
    }, ""),
    message,
  }));
}
