import type { FieldError } from "#shared/http/problem.ts";
import { mayBegin } from "../entries.ts";
import {
  choicesOf,
  type DocumentMenu,
  type MenuDocument,
  menusInOrder,
  nameOf,
  submenusOf,
} from "./document.ts";

/** More choices than this are hard to keep in mind while they are read out. */
const EASY_CHOICES = 5;

/** Actions that lead to somebody. */
const PEOPLE = ["agent", "transfer", "voicemail"];

/** What callers of a graph may stumble over, though nothing of it is wrong. */
export function hintsOn(document: MenuDocument): FieldError[] {
  return menusInOrder(document).flatMap((menu) =>
    [
      ...choiceHints(menu),
      ...entryHints(menu),
      ...wayHints(document, menu),
      ...fallbackHints(menu),
      ...speechHints(menu),
    ].map(({ path, message }) => ({ path: `menus.${nameOf(menu)}.${path}`, message }))
  );
}

function choiceHints({ items }: DocumentMenu): FieldError[] {
  if (items.length <= EASY_CHOICES) return [];
  const message = `More than ${EASY_CHOICES} choices are hard to keep in mind`;
  return [{ path: "items", message }];
}

function entryHints({ items }: DocumentMenu): FieldError[] {
  return items.flatMap(({ digit }, n) => {
    const path = `items[${n}].digit`;
    return [
      ...items.some((other) => mayBegin(digit, other.digit))
        ? [{ path, message: "A longer entry begins like this one, so that callers wait after it" }]
        : [],
      ...(/[A-D]/.test(digit) ? [{ path, message: "Few phones have the keys A to D" }] : []),
    ];
  });
}

function wayHints(document: MenuDocument, menu: DocumentMenu): FieldError[] {
  if (menu.id === document.root) {
    return leadsToSomebody(document)
      ? []
      : [{ path: "items", message: "No choice here or further on leads to a person" }];
  }
  const ways = [...PEOPLE, "back", "top"];
  return menu.items.some(({ action }) => ways.includes(action))
    ? []
    : [{ path: "items", message: "No choice leads back or to a person" }];
}

function leadsToSomebody(document: MenuDocument): boolean {
  const seen = new Set<string>();
  const waiting = [document.root];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const menu = document.menus[id];
    if (!menu || seen.has(id)) continue;
    seen.add(id);
    if (menu.items.some(({ action }) => PEOPLE.includes(action))) return true;
    waiting.push(...submenusOf(menu));
  }
  return false;
}

function fallbackHints(menu: DocumentMenu): FieldError[] {
  return choicesOf(menu).flatMap(({ cause, path, item, choice }) => {
    if (cause === "choice") {
      return choice.action === "webhook" && typeof item?.["fallback"] !== "string"
        ? [{
          path: `${path}.fallback`,
          message: "No fallback for a webhook that fails: the menu is offered again",
        }]
        : [];
    }
    return choice.action === "hangup" ? [{ path, message: HANG_UPS[cause] }] : [];
  });
}

const HANG_UPS = {
  no_input: "No fallback for silence: callers are hung up on when its limit is spent",
  invalid: "No fallback for wrong entries: callers are hung up on when their limit is spent",
  closed: "No fallback outside hours: callers are hung up on",
};

function speechHints({ items, speech }: DocumentMenu): FieldError[] {
  if (!speech) return [];
  const labels = items.map(({ label }) => label.trim().toLowerCase());
  return labels.flatMap((label, n) =>
    labels.indexOf(label) < n
      ? [{
        path: `items[${n}].label`,
        message: "Another choice has this label, so that saying it chooses neither",
      }]
      : []
  );
}
