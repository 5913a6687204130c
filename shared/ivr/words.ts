import type { Menu, MenuItem } from "./menu.ts";

/** What a menu says, in one of its languages. */
export interface Words {
  /** BCP 47. */
  readonly language: string;
  readonly prompt: string;
  /** Of what follows, null is the standard sentence. */
  readonly noInput: string | null;
  readonly invalid: string | null;
  readonly closed: string | null;
}

/**
 * A menu's sentences in the language that a caller chose, or in a variety of it, or else in the
 * menu's own.
 */
export function wordsOf(menu: Menu, chosen: string | null): Words {
  const language = languageOf(menu, chosen);
  const translation = menu.translations[language];
  return translation
    ? {
      language,
      prompt: translation.prompt,
      noInput: translation.timeout_prompt,
      invalid: translation.invalid_prompt,
      closed: translation.closed_prompt,
    }
    : {
      language,
      prompt: menu.prompt,
      noInput: menu.no_input.prompt,
      invalid: menu.invalid.prompt,
      closed: menu.hours?.prompt ?? null,
    };
}

/** What an item is called in a language. */
export function labelOf({ label, labels }: MenuItem, language: string): string {
  return labels?.[language] ?? label;
}

function languageOf(menu: Menu, chosen: string | null): string {
  if (chosen === null) return menu.language;
  const known = [menu.language, ...Object.keys(menu.translations)];
  return known.find((tag) => tag.toLowerCase() === chosen.toLowerCase()) ??
    known.find((tag) => primarySubtag(tag) === primarySubtag(chosen)) ??
    menu.language;
}

function primarySubtag(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}
