import { z } from "zod";
import { open } from "../crypto/sealed.ts";
import { CALL_TEXTS, openCallTexts } from "../health_data/call_texts.ts";
import { openBody } from "../health_data/event_bodies.ts";
import { Problem } from "../http/problem.ts";
import { parseJson } from "../json.ts";
import { requireKeyring } from "../secrets.ts";
import type { PersonalTable } from "./personal_data.ts";

const sealedText = z.looseObject({
  id: z.string(),
  field: z.enum(CALL_TEXTS),
  sealed: z.string(),
});

const sealedEvent = z.looseObject({
  id: z.string(),
  payload: z.string(),
  sealed: z.string().nullable(),
});

/** Makes of a row as it is stored the row that its user is given. */
type Opener = (row: unknown, userId: string) => Promise<object>;

const OPENERS: ReadonlyMap<string, Opener> = new Map<string, Opener>([
  ["private.call_texts", openText],
  ["public.webhook_events", openEvent],
]);

/**
 * Looks whether everything that an export opens can be opened here.
 *
 * @throws {Problem} `internal_error`, naming it, for a table of which nobody has said how.
 */
export function requireOpeners(tables: readonly PersonalTable[]): void {
  for (const { name, opened } of tables) {
    if (opened.length > 0 && !OPENERS.has(name)) {
      const errors = [{ path: name, message: "Nothing opens what is sealed in it" }];
      throw new Problem("internal_error", "A table cannot be exported", { errors });
    }
  }
}

/** Whose rows they are, and of which table. */
interface Place {
  readonly table: string;
  readonly userId: string;
}

/**
 * Rows of a table, as JSON Lines, with what is sealed in them in clear: call texts as `text`, an event
 * as the `payload` that endpoints get.
 *
 * @throws {Problem} `not_configured`, naming the table, where something cannot be opened with the
 * keyring: nothing is left out in silence.
 */
export async function openRows(lines: string, { table, userId }: Place): Promise<string> {
  const opener = OPENERS.get(table);
  if (opener === undefined || lines === "") return lines;
  try {
    const opened = lines.split("\n").map(async (line) =>
      JSON.stringify(await opener(parseJson(line), userId))
    );
    return (await Promise.all(opened)).join("\n");
  } catch (cause) {
    const errors = [{ path: table, message: "What is sealed in it cannot be opened" }];
    throw new Problem("not_configured", "An export cannot be complete", { errors, cause });
  }
}

async function openText(row: unknown, userId: string): Promise<object> {
  const { sealed, ...rest } = sealedText.parse(row);
  const { id, field } = rest;
  const texts = await openCallTexts({ [field]: { id, sealed } }, userId, requireKeyring());
  return { ...rest, text: texts[field] };
}

async function openEvent(row: unknown, userId: string): Promise<object> {
  const { sealed, ...rest } = sealedEvent.parse(row);
  const payload = await openBody(
    { id: rest.id, payload: rest.payload, sealed },
    userId,
    (jwe, binding) => open(jwe, binding, requireKeyring()),
  );
  return { ...rest, payload };
}
