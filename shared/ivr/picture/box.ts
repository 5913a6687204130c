import {
  choicesOf,
  type DocumentMenu,
  type MenuDocument,
  type PlacedChoice,
} from "../menus/document.ts";
import { widthOf, wrap } from "./text.ts";

/** The width of every box, in pixels. */
export const BOX_WIDTH = 320;

/** Sizes of fonts, in pixels. */
export const FONT = { title: 15, text: 12.5, small: 11.5 };

/** How much wider bold letters are. */
const BOLD = 1.12;

const LINE = 17;
const PADDING = 14;

/** A line of text in a box: what it is, where it begins, and its baseline. */
export interface TextLine {
  readonly kind: "title" | "key" | "prompt" | "label" | "exit" | "note";
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Whether `x` is where it ends. */
  readonly end: boolean;
}

/** An entry's key, drawn as a key. */
export interface KeyCap {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
}

/** A way onward to another menu, from the right of its row. */
export interface Port {
  readonly to: string;
  readonly y: number;
  readonly closed: boolean;
  /** What leads there, in words. */
  readonly label: string;
}

/** A menu as it is drawn, apart from its place. */
export interface MenuBox {
  readonly menu: DocumentMenu;
  readonly height: number;
  readonly texts: TextLine[];
  readonly keys: KeyCap[];
  /** Heights at which rows begin. */
  readonly rules: number[];
  readonly ports: Port[];
}

/** Where lines to a box end, below its upper edge. */
export const ENTRANCE = 22;

/** Draws up a menu: its name and prompt, a row for each entry, and what follows silence and the like. */
export function menuBox(document: MenuDocument, menu: DocumentMenu): MenuBox {
  const box: MenuBox & { height: number } = {
    menu,
    height: 0,
    texts: [],
    keys: [],
    rules: [],
    ports: [],
  };
  const inside = BOX_WIDTH - 2 * PADDING;
  let y = 6;
  const write = (kind: TextLine["kind"], x: number, lines: readonly string[]) => {
    for (const text of lines) {
      y += LINE;
      box.texts.push({ kind, x, y, text, end: false });
    }
  };
  write("title", PADDING, wrap(menu.name, FONT.title * BOLD, inside, 2));
  if (menu.key !== null) write("key", PADDING, wrap(menu.key, FONT.small, inside, 1));
  write("prompt", PADDING, wrap(`“${menu.prompt}”`, FONT.text, inside, 3));
  y += 8;
  for (const placed of choicesOf(menu)) {
    box.rules.push(y);
    const start = y;
    const keys = keyCap(placed, start);
    const x = keys ? keys.x + keys.width + 8 : PADDING;
    if (keys) box.keys.push(keys);
    y += 3;
    const width = BOX_WIDTH - PADDING - x;
    if (placed.item) {
      write("label", x, wrap(placed.item.label || "(no label)", FONT.text, width, 2));
    } else write("note", x, wrap(causeOf(menu, placed), FONT.small, width, 1));
    const onward = document.menus[placed.choice.target ?? ""];
    if (placed.choice.action === "submenu" && onward) {
      box.ports.push({
        to: onward.id,
        y: start + 15,
        closed: placed.cause === "closed",
        label: labelOf(menu, placed),
      });
    }
    const exit = onward && placed.choice.action === "submenu" ? `→ ${onward.name}` : exitOf(placed);
    const beside = box.texts.at(-1);
    const right = BOX_WIDTH - PADDING;
    const free = beside ? right - beside.x - widthOf(beside.text, FONT.text) - 10 : 0;
    if (beside && beside.y - start < 24 && widthOf(exit, FONT.small) <= free) {
      box.texts.push({ kind: "exit", x: right, y: beside.y, text: exit, end: true });
    } else write("exit", x, wrap(exit, FONT.small, width, 2));
    y += 8;
  }
  return { ...box, height: y };
}

function keyCap({ item }: PlacedChoice, y: number): KeyCap | undefined {
  if (!item) return undefined;
  const [text = "?"] = wrap(item.digit || "?", FONT.text, 92, 1);
  return { x: PADDING, y: y + 5, width: Math.max(24, widthOf(text, FONT.text) + 12), text };
}

function labelOf({ name }: DocumentMenu, { cause, item }: PlacedChoice): string {
  return cause === "closed" ? `${name}, outside hours` : `${name}, ${item?.digit}: ${item?.label}`;
}

function causeOf({ no_input, invalid }: DocumentMenu, { cause }: PlacedChoice): string {
  switch (cause) {
    case "no_input":
      return `no key, after ${times(no_input.limit)}`;
    case "invalid":
      return `wrong key, after ${times(invalid.limit)}`;
    default:
      return "outside hours";
  }
}

function times(limit: number): string {
  return limit === 1 ? "1 repeat" : `${limit} repeats`;
}

/** What an exit or a way within the menus is called. */
function exitOf({ choice: { action, target = "", then } }: PlacedChoice): string {
  const after = then === undefined || then === "hangup" ? "" : `, then ${WAYS[then] ?? then}`;
  switch (action) {
    case "transfer":
      return `calls ${target}${after}`;
    case "agent":
      return `agent ${target}${after}`;
    case "voicemail":
      return `voicemail${after}`;
    case "webhook":
      return `asks webhook ${target}`;
    case "language":
      return `speaks ${target}`;
    case "hangup":
      return "hangs up";
    case "submenu":
      return `no such menu: ${target}`;
    default:
      return WAYS[action] ?? `no such action: ${action}`;
  }
}

const WAYS: Readonly<Record<string, string>> = {
  repeat: "this menu again",
  back: "one menu back",
  top: "the first menu",
};
