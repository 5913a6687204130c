import type { Element } from "@xmldom/xmldom";
import { CallFailure } from "../failure.ts";
import type { Method, Target, Warning } from "../verbs.ts";

/** The warning of what a document may not hold. */
export const SCHEMA = "12200";

const ELEMENT = 1;
const TEXT = 3;

/** What every reader of call documents in XML needs: attributes, children and addresses, with warnings. */
export class XmlReader {
  readonly warnings: Warning[] = [];

  /**
   * @param url where the document came from, against which relative addresses resolve
   * @param known the attributes that each element may have
   */
  constructor(
    private readonly url: string,
    private readonly known: Readonly<Record<string, readonly string[]>>,
  ) {}

  children(element: Element): Element[] {
    const elements: Element[] = [];
    for (const node of element.childNodes) {
      if (isElement(node)) elements.push(node);
    }
    return elements;
  }

  /** The child elements of one that may have nothing else; text between them is a schema warning. */
  onlyChildren(element: Element): Element[] {
    for (const node of element.childNodes) {
      if (node.nodeType === TEXT && (node.nodeValue ?? "").trim() !== "") {
        this.warn(SCHEMA, `<${element.tagName}> has text of its own, which was skipped`);
      }
    }
    return this.children(element);
  }

  attributes(element: Element): void {
    const known = this.known[element.tagName] ?? [];
    for (const { name } of element.attributes) {
      if (known.includes(name) || name === "xmlns" || name.includes(":")) continue;
      this.warn(SCHEMA, `<${element.tagName}> has no attribute ${name}`);
    }
  }

  integer<Default extends number | undefined>(
    element: Element,
    name: string,
    standard: Default,
    { min, code = SCHEMA }: { min: number; code?: string },
  ): number | Default {
    const value = element.getAttribute(name);
    if (value === null) return standard;
    if (/^\d{1,9}$/.test(value.trim()) && Number(value) >= min) return Number(value);
    this.warn(code, `<${element.tagName} ${name}> cannot be ${JSON.stringify(value)}`);
    return standard;
  }

  optionalTarget(element: Element): Target | undefined {
    const action = element.getAttribute("action");
    return action === null ? undefined : this.target(element, action);
  }

  target(element: Element, address: string): Target {
    const method = element.getAttribute("method") ?? "POST";
    if (!isMethod(method)) {
      this.warn(SCHEMA, `<${element.tagName} method> cannot be ${JSON.stringify(method)}`);
    }
    return { url: this.resolve(address), method: isMethod(method) ? method : "POST" };
  }

  /** Where something is announced, by POST; undefined where the attribute is missing. */
  announceTo(element: Element, attribute: string): Target | undefined {
    const address = element.getAttribute(attribute);
    return address === null ? undefined : { url: this.resolve(address), method: "POST" };
  }

  /** Resolves an address against the current document, which is also what an empty one means. */
  resolve(address: string): string {
    const url = URL.parse(address.trim(), this.url);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new CallFailure("bad_address", `${JSON.stringify(address)} is not an http address`);
    }
    url.hash = "";
    return url.href;
  }

  warn(code: string, message: string): void {
    this.warnings.push({ code, message });
  }
}

function isElement(node: { nodeType: number }): node is Element {
  return node.nodeType === ELEMENT;
}

function isMethod(value: string): value is Method {
  return value === "GET" || value === "POST";
}

/** The text of an element, with its white space folded. */
export function text(element: Element): string {
  return (element.textContent ?? "").trim().replace(/\s+/g, " ");
}
