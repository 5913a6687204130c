import { Problem } from "#shared/http/problem.ts";
import { type MenuVersion, menuVersion } from "#shared/ivr/menu.ts";

/** A version's document, read. @throws {Problem} `invalid_menu` where it is none that can be heard. */
export function readVersion(document: unknown): MenuVersion {
  const version = menuVersion.safeParse(document);
  if (!version.success) throw new Problem("invalid_menu", undefined, { cause: version.error });
  return version.data;
}
