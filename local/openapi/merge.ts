import { isDeepStrictEqual } from "node:util";
import type { FunctionDocument } from "./documents.ts";

/** One OpenAPI document. */
export interface MergedDocument {
  readonly openapi: string;
  readonly info: object;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Members;
  readonly components: Readonly<Record<string, Members>>;
}

type Members = Readonly<Record<string, unknown>>;

/** The members of a path that are operations; others are about all of them. */
const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);

/**
 * Makes one document of those of all functions, with a tag for each.
 *
 * @param documents by the functions' names, in the order in which they are to be shown.
 * @throws {Error} naming the two functions that mean different things by one name.
 */
export function mergeDocuments(
  documents: ReadonlyMap<string, FunctionDocument>,
  serverUrl: string,
): MergedDocument {
  const versions = new Names("document's version");
  const components = new Names("component");
  const paths = new Names("path");
  const operations = new Names("operation");
  for (const [name, document] of documents) {
    versions.add("openapi", name, document.openapi);
    versions.add("info", name, document.info.version);
    for (const [kind, members] of Object.entries(document.components)) {
      for (const [key, value] of Object.entries(members)) {
        components.add(`${kind}/${key}`, name, value);
      }
    }
    for (const [path, item] of Object.entries(document.paths)) {
      paths.add(path, name, taggedWith(name, item));
      for (const [method, { operationId }] of operationsOf(item)) {
        operations.add(String(operationId), name, `${method} ${path}`);
      }
    }
  }
  const { openapi, info } = versions.all();
  return {
    openapi: String(openapi),
    info: { title: "Switchboard", version: info, license: { name: "MIT" } },
    servers: [{ url: serverUrl }],
    tags: [...documents.keys()].map((name) => ({ name })),
    paths: paths.all(),
    components: byKind(components.all()),
  };
}

/** What each name stands for, and which function was the first to say so. */
class Names {
  readonly #known = new Map<string, { readonly by: string; readonly value: unknown }>();

  constructor(readonly kind: string) {}

  add(name: string, by: string, value: unknown): void {
    const known = this.#known.get(name);
    if (known === undefined) this.#known.set(name, { by, value });
    else if (!isDeepStrictEqual(known.value, value)) {
      throw new Error(`The ${this.kind} ${name} is one thing in ${known.by}, another in ${by}`);
    }
  }

  all(): Members {
    return Object.fromEntries([...this.#known].map(([name, { value }]) => [name, value]));
  }
}

function byKind(components: Members): Record<string, Members> {
  const kinds: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(components)) {
    const [kind = "", ...key] = name.split("/");
    (kinds[kind] ??= {})[key.join("/")] = value;
  }
  return kinds;
}

function taggedWith(tag: string, item: FunctionDocument["paths"][string]): Members {
  const tagged = operationsOf(item).map(([method, operation]) => [
    method,
    { ...operation, tags: [tag] },
  ]);
  return { ...item, ...Object.fromEntries(tagged) };
}

function operationsOf(
  item: FunctionDocument["paths"][string],
): [string, Readonly<Record<string, unknown>>][] {
  return Object.entries(item).flatMap(([method, operation]) =>
    METHODS.has(method) && typeof operation === "object" ? [[method, { ...operation }]] : []
  );
}
