import { dropControls } from "./text.ts";

/** Attributes of an element; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Markup that {@linkcode element} made; anything else is text and gets escaped. */
export interface Element {
  readonly markup: string;
}

/**
 * Writes one XML element with escaped attributes and children.
 *
 * @example
 * ```ts
 * element("Dial", { timeout: 30 }, element("Number", {}, "+15550100")).markup;
 * // <Dial timeout="30"><Number>+15550100</Number></Dial>
 * ```
 */
export function element(
  name: string,
  attributes: Attributes,
  ...children: readonly (Element | string)[]
): Element {
  let head = "";
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) head += ` ${key}="${escapeXml(String(value))}"`;
  }
  let body = "";
  for (const child of children) body += typeof child === "string" ? escapeXml(child) : child.markup;
  return { markup: body === "" ? `<${name}${head}/>` : `<${name}${head}>${body}</${name}>` };
}

/** A whole document: the XML declaration and its root. */
export function xmlDocument(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${root.markup}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Escapes text for element content and attributes; what XML 1.0 cannot hold at all is dropped. */
export function escapeXml(text: string): string {
  // Most attributes are words, for which looking once is enough.
  if (/^[\w .,:/?=+-]*$/.test(text)) return text;
  return dropControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
