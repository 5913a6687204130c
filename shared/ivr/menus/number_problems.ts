import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { FieldError } from "#shared/http/problem.ts";
import { mayTransfer, type TransferRules } from "../transfer_rules.ts";
import { choicesOf, type MenuDocument, nameOf } from "./document.ts";

/** What transfers of a menu are judged by. */
export interface TransferScene {
  readonly rules: TransferRules & { readonly max_per_hour: number };
  /** The numbers that are answered by the menu, E.164; the rules may ask for their country. */
  readonly called: readonly string[];
}

/** What is wrong with the numbers of a graph, and what is only worth knowing. */
export interface NumberFindings {
  readonly problems: FieldError[];
  readonly hints: FieldError[];
}

/** North America's area code for numbers in examples: no plan has them, and every one leads nowhere. */
const EXAMPLE = /^\+1555\d{7}$/;

/**
 * Judges every number that callers may be transferred to: it must be one of its country's plan, and
 * the tenant's rules must let callers of the menu go there. Numbers that the rules name by a prefix
 * are right whatever they are; those that are not in E.164 form are left to SQL, which refuses them.
 */
export function judgeNumbers(document: MenuDocument, scene: TransferScene): NumberFindings {
  const found: NumberFindings = { problems: [], hints: [] };
  for (const menu of Object.values(document.menus)) {
    for (const { path, choice: { action, target } } of choicesOf(menu)) {
      if (action !== "transfer" || target === undefined || !/^\+[1-9][0-9]{6,14}$/.test(target)) {
        continue;
      }
      const at = `menus.${nameOf(menu)}.${path}.target`;
      const problem = problemOf(target, scene);
      if (problem !== null) found.problems.push({ path: at, message: problem });
      else found.hints.push(...hintsFor(target, scene).map((message) => ({ path: at, message })));
    }
  }
  return found;
}

function problemOf(number: string, { rules, called }: TransferScene): string | null {
  if (rules.max_per_hour === 0) return "Your transfer rules let nobody be transferred";
  if (rules.prefixes.some((prefix) => number.startsWith(prefix))) return null;
  if (!EXAMPLE.test(number) && !parsePhoneNumberFromString(number)?.isValid()) {
    return "No country has such a number; where one does, name its beginning in your transfer rules";
  }
  return callersOf(number, called).some((from) => mayTransfer(number, rules, from))
    ? null
    : "Your transfer rules do not let callers be transferred there";
}

function hintsFor(number: string, { rules, called }: TransferScene): string[] {
  return called.filter((from) => !mayTransfer(number, rules, from))
    .map((from) => `Callers of ${from} are not transferred there by your transfer rules`);
}

/** A menu that no number leads to yet may be given one of the country in question. */
function callersOf(number: string, called: readonly string[]): readonly string[] {
  return called.length > 0 ? called : [number];
}
