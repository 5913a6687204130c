import type { Circumstances } from "#shared/ivr/circumstances.ts";
import { type Menu, type MenuVersion, menuVersion } from "#shared/ivr/menu.ts";

/** Ids that read well in a failing test. */
export const MAIN = "00000000-0000-4000-8000-0000000000a1";
export const SALES = "00000000-0000-4000-8000-0000000000a2";

const RULE = { limit: 1, prompt: null, barge_in: true, final: { action: "hangup" } } as const;

/** A menu with sensible values wherever a test says nothing. */
export function menu(overrides: Partial<Menu> = {}): Menu {
  return {
    id: MAIN,
    key: "main",
    name: "Main",
    language: "en-US",
    prompt: "Press 1 for sales.",
    items: [
      { digit: "1", label: "Sales", action: "submenu", target: SALES },
      { digit: "2", label: "Billing", action: "transfer", target: "+15550100199" },
      { digit: "3", label: "Support", action: "agent", target: "support-queue" },
      { digit: "4", label: "Doctor", action: "agent", target: "sip:doctor@example.com" },
      { digit: "9", label: "Again", action: "repeat" },
      { digit: "0", label: "Bye", action: "hangup" },
    ],
    timeout: 5000,
    inter_digit_timeout: 3000,
    barge_in: true,
    sensitive: false,
    speech: false,
    translations: {},
    hours: null,
    no_input: RULE,
    invalid: RULE,
    ...overrides,
  };
}

/** What surrounds a step, with values that stand in nobody's way wherever a test says nothing. */
export function circumstances(overrides: Partial<Circumstances> = {}): Circumstances {
  return {
    turn: 1,
    now: new Date("2026-11-21T12:00:00Z"),
    startedAt: new Date("2026-11-21T12:00:00Z"),
    called: "+15550100100",
    refused: false,
    transfers: { countries: null, prefixes: [] },
    callout: null,
    ...overrides,
  };
}

/** A published version of a main menu and a sales menu below it. */
export function version(main: Partial<Menu> = {}, sales: Partial<Menu> = {}): MenuVersion {
  return menuVersion.parse({
    root: MAIN,
    menus: {
      [MAIN]: menu(main),
      [SALES]: menu({
        id: SALES,
        key: "sales",
        name: "Sales",
        prompt: "Sales. Press star to go back.",
        items: [
          { digit: "1", label: "Talk", action: "agent", target: "sales-queue" },
          { digit: "*", label: "Back", action: "back" },
          { digit: "5", label: "Deeper", action: "submenu", target: MAIN },
        ],
        ...sales,
      }),
    },
  });
}
