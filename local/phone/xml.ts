import { DOMParser, type Element, onWarningStopParsing } from "@xmldom/xmldom";
import { CallFailure } from "./failure.ts";

// Everything that XML 1.0 (production 2) leaves out: control characters, halves of surrogate pairs, U+FFFE and U+FFFF.
// deno-lint-ignore no-control-regex
const NOT_A_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const OPAQUE = /<!\[CDATA\[[^]*?\]\]>|<!--[^]*?-->/g;
const BARE_AMPERSAND = /&(?!(?:#\d+|#x[\da-fA-F]+|[A-Za-z_:][\w:.-]*);)/;
const CHARACTER_REFERENCE = /&#(?:x([\da-fA-F]+)|(\d+));/g;

/**
 * Parses a document as strictly as a provider does and gives its root element.
 *
 * @throws {CallFailure} `unparsable` for anything that is not well-formed, and for document types
 */
export function parseXml(text: string): Element {
  const wrong = malformed(text);
  if (wrong !== undefined) throw new CallFailure("unparsable", `The reply is not XML: ${wrong}`);
  let root: Element | null;
  let hasDoctype: boolean;
  try {
    const document = new DOMParser({ onError: onWarningStopParsing })
      .parseFromString(text, "text/xml");
    root = document.documentElement;
    hasDoctype = document.doctype !== null;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new CallFailure("unparsable", `The reply is not XML: ${reason}`, { cause });
  }
  if (root === null) throw new CallFailure("unparsable", "The reply is not XML: no root element");
  if (hasDoctype) {
    throw new CallFailure("unparsable", "The reply has a document type, which no reply needs");
  }
  return root;
}

/** Finds what the parser lets pass although XML forbids it. */
function malformed(text: string): string | undefined {
  if (NOT_A_CHARACTER.test(text)) return "it holds a character that XML forbids";
  const markup = text.replace(OPAQUE, "");
  if (BARE_AMPERSAND.test(markup)) return "an ampersand is not escaped";
  if (markup.includes("]]>")) return "]]> is not escaped";
  for (const [reference, hex, decimal] of markup.matchAll(CHARACTER_REFERENCE)) {
    const code = hex === undefined ? parseInt(decimal ?? "", 10) : parseInt(hex, 16);
    if (!(code <= 0x10ffff) || NOT_A_CHARACTER.test(String.fromCodePoint(code))) {
      return `${reference} stands for a character that XML forbids`;
    }
  }
  return undefined;
}
