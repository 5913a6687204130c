import assert from "node:assert/strict";
import { FunctionDocument } from "#local/openapi/documents.ts";
import { mergeDocuments } from "#local/openapi/merge.ts";

const SERVER = "http://127.0.0.1:1/functions/v1";

/** A document with one operation and one schema. */
function documentOf(
  { path = "/a", operationId = "a.get", schema = "A", type = "string", version = "1" } = {},
) {
  return FunctionDocument.parse({
    openapi: "3.1.0",
    info: { title: "A", version },
    servers: [{ url: "http://elsewhere" }],
    paths: {
      [path]: { parameters: [], get: { operationId, responses: { 200: { description: "Yes" } } } },
    },
    components: { schemas: { [schema]: { type } } },
  });
}

function merged(other: Parameters<typeof documentOf>[0]) {
  return mergeDocuments(new Map([["a", documentOf()], ["b", documentOf(other)]]), SERVER);
}

Deno.test("the documents become one, each function's operations under its tag", () => {
  const document = merged({ path: "/b", operationId: "b.get", schema: "B", type: "number" });
  assert.deepEqual(document, {
    openapi: "3.1.0",
    info: { title: "Switchboard", version: "1", license: { name: "MIT" } },
    servers: [{ url: SERVER }],
    tags: [{ name: "a" }, { name: "b" }],
    paths: {
      "/a": {
        parameters: [],
        get: { operationId: "a.get", responses: { 200: { description: "Yes" } }, tags: ["a"] },
      },
      "/b": {
        parameters: [],
        get: { operationId: "b.get", responses: { 200: { description: "Yes" } }, tags: ["b"] },
      },
    },
    components: { schemas: { A: { type: "string" }, B: { type: "number" } } },
  });
});

Deno.test("what two functions mean alike is in it once", () => {
  const { components } = merged({ path: "/b", operationId: "b.get" });
  assert.deepEqual(components, { schemas: { A: { type: "string" } } });
});

Deno.test("what two functions mean differently by one name is refused, with both", () => {
  const clashes = [
    [{ path: "/b", operationId: "b.get", type: "number" }, /component schemas\/A .* a, .* b$/],
    [{ operationId: "b.get" }, /path \/a .* a, .* b$/],
    [{ path: "/b" }, /operation a\.get .* a, .* b$/],
    [{ path: "/b", operationId: "b.get", version: "2" }, /version info .* a, .* b$/],
  ] as const;
  for (const [other, message] of clashes) assert.throws(() => merged(other), message);
});
