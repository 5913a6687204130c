import {
  type Choice,
  type Menu,
  type MenuVersion,
  menuVersion,
  type TerminalChoice,
} from "#shared/ivr/menu.ts";
import { pick, type Random } from "#tests/support/random.ts";

const LANGUAGES = ["en-US", "de-DE", "fr-CA", "fi-FI"] as const;
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"] as const;
/** What XML, JSON and a phone find hard to swallow. */
const PROMPTS = [
  "Press 1.",
  `Fish & chips <"now"> or 'later'`,
  "Grüße, 你好 👋",
  "\u0000\u0007 bell \ud800",
  "]]> --> %s",
  "word ".repeat(290),
] as const;
const ENTRIES = [
  ...[
    "0",
    "1",
    "2",
    "9",
    "*",
    "#",
    "12",
    "123",
    "1x",
    "[1-4]xx",
    "[13579]",
    "x",
    "4711",
    "*0",
    "A",
  ],
] as const;
const LABELS = ["Sales", "Support desk", "Opening hours", "Billing", "Sales desk"] as const;
const THENS = ["hangup", "repeat", "back", "top", undefined] as const;

/** A version such as an owner could publish: cycles, hours, languages and prefixes of every kind. */
export function generateVersion(random: Random): MenuVersion {
  const ids = Array.from({ length: 1 + random(6) }, (_, n) => menuId(n));
  const root = ids[0] ?? menuId(0);
  // Callers who come outside hours are sent to a menu without hours of its own; the first is one.
  const menus = ids.map((id, n) => generateMenu(random, id, ids, n === 0 ? null : root));
  return menuVersion.parse({
    root,
    limits: {
      depth: 1 + random(12),
      turns: 10 + random(50),
      minutes: random(2) ? 1 + random(240) : null,
    },
    menus: Object.fromEntries(menus.map((menu) => [menu.id, menu])),
  });
}

/** Keys that an entry accepts. */
export function keysFor(random: Random, entry: string): string {
  return (entry.match(/\[[^\]]*\]|./g) ?? []).map((position) => {
    if (position === "x") return String(random(10));
    if (!position.startsWith("[")) return position;
    const accepted = [..."0123456789"].filter((key) => new RegExp(position).test(key));
    return accepted[random(accepted.length)] ?? "";
  }).join("");
}

function generateMenu(
  random: Random,
  id: string,
  ids: readonly string[],
  open: string | null,
): Menu {
  const languages = LANGUAGES.filter(() => random(2) === 0);
  const chosen = ENTRIES.filter(() => random(4) === 0).slice(0, 12);
  const entries = chosen.length > 0 ? chosen : ["1"];
  return {
    id,
    key: null,
    name: "Generated",
    language: pick(random, LANGUAGES),
    prompt: pick(random, PROMPTS),
    barge_in: random(2) === 0,
    items: entries.map((digit) => ({
      digit,
      label: pick(random, LABELS),
      ...random(3) === 0 && { labels: { "de-DE": "Verkauf" } },
      ...random(8) === 0
        ? generateWebhook(random, entries)
        : generateChoice(random, ids, languages),
    })),
    timeout: 1000 + random(59_000),
    inter_digit_timeout: 1000 + random(9000),
    sensitive: random(5) === 0,
    speech: random(2) === 0,
    translations: Object.fromEntries(languages.map((language) => [language, {
      prompt: pick(random, PROMPTS),
      timeout_prompt: sentence(random),
      invalid_prompt: sentence(random),
      closed_prompt: sentence(random),
    }])),
    hours: open !== null && random(2) === 0 ? generateHours(random, open) : null,
    no_input: generateRule(random),
    invalid: generateRule(random),
  };
}

function generateChoice(
  random: Random,
  ids: readonly string[],
  languages: readonly string[],
): Choice {
  const [language] = languages;
  switch (random(9)) {
    case 0:
    case 1:
    case 2:
      return { action: "submenu", target: ids[random(ids.length)] ?? menuId(0) };
    case 3:
      return { action: "back" };
    case 4:
      return { action: "top" };
    case 5:
      return { action: "repeat" };
    case 6:
      return language === undefined
        ? { action: "repeat" }
        : { action: "language", target: language };
    default:
      return generateTerminal(random, pick(random, THENS));
  }
}

/** One whose fallback may be none, or one that asks outside itself, which leads nowhere. */
function generateWebhook(random: Random, entries: readonly string[]): Choice {
  return {
    action: "webhook",
    target: "00000000-0000-4000-8000-0000000000e1",
    ...random(2) === 0 && { fallback: entries[random(entries.length)] ?? "1" },
  };
}

function generateTerminal(random: Random, then: (typeof THENS)[number]): TerminalChoice {
  const follow = then !== undefined && { then };
  switch (random(6)) {
    case 0:
      return {
        action: "transfer",
        target: pick(random, ["+15550100199", "+8816123456"]),
        ...follow,
      };
    case 1:
      return { action: "agent", target: "support-queue", ...follow };
    case 2:
      return { action: "agent", target: "sip:desk@example.com", ...follow };
    case 3:
      return {
        action: "voicemail",
        ...random(2) === 0 && { prompt: pick(random, PROMPTS), max_seconds: 3 + random(600) },
        ...follow,
      };
    case 4:
      return {
        action: "agent",
        target: pick(random, ["retell:default", "retell:agent_1"]),
        ...follow,
      };
    default:
      return { action: "hangup" };
  }
}

function generateRule(random: Random): Menu["no_input"] {
  return {
    limit: random(4),
    prompt: sentence(random),
    barge_in: random(2) === 0,
    final: generateTerminal(random, undefined),
  };
}

function generateHours(random: Random, open: string): NonNullable<Menu["hours"]> {
  const clock = () => `${String(random(24)).padStart(2, "0")}:00`;
  return {
    time_zone: pick(random, ZONES),
    weekly: [{ days: [1 + random(7), 1 + random(7)], from: clock(), to: clock() }],
    holidays: ["12-25"],
    prompt: sentence(random),
    closed: random(2) === 0
      ? { action: "submenu", target: open }
      : generateTerminal(random, undefined),
  };
}

function sentence(random: Random): string | null {
  return random(2) === 0 ? null : pick(random, PROMPTS);
}

function menuId(n: number): string {
  return `00000000-0000-4000-8000-0000000000${String(n).padStart(2, "0")}`;
}
