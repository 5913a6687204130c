import assert from "node:assert/strict";
import { setEnvironment } from "#shared/env.ts";
import { TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { createSampleApp } from "#tests/support/sample_app.ts";

const app = createSampleApp();

async function document() {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const response = await app.request("/sample/openapi.json");
  assert.equal(response.status, 200);
  return await response.json();
}

Deno.test("a function serves its OpenAPI 3.1 document, with the paths as they are called", async () => {
  const { openapi, info, servers, paths } = await document();
  assert.equal(openapi, "3.1.0");
  assert.equal(info.title, "Switchboard sample");
  assert.deepEqual(servers, [{ url: "http://127.0.0.1:54321/functions/v1" }]);
  assert.deepEqual(Object.keys(paths), [
    "/sample/things/{id}",
    "/sample/try",
    "/sample/echo",
    "/sample/tick",
    "/sample/settle",
    "/sample/fail",
  ]);
});

Deno.test("each operation is described with its name and with how its caller is identified", async () => {
  const { paths, components } = await document();
  const { operationId, security } = paths["/sample/things/{id}"].post;
  assert.deepEqual([operationId, security], ["sample.save", [{ userToken: [] }, { apiKey: [] }]]);
  assert.deepEqual(paths["/sample/tick"].post.security, [{ cronKey: [] }]);
  assert.deepEqual(paths["/sample/fail"].get.security, []);
  assert.equal(components.securitySchemes.userToken.scheme, "bearer");
});

Deno.test("each operation is described with how it may fail: its caller's ways and its own", async () => {
  const { paths, components } = await document();
  const { responses } = paths["/sample/things/{id}"].post;
  assert.deepEqual(Object.keys(responses), ["200", "401", "403", "409", "429", "503", "default"]);
  assert.match(responses["401"].description, /`unauthenticated`.*\n+`invalid_token`/);
  const schema = responses["409"].content["application/problem+json"].schema;
  assert.deepEqual(schema, { $ref: "#/components/schemas/Problem" });
  assert(components.schemas.Problem.properties.code.enum.includes("conflict"));
});

Deno.test("the document is the same however often it is asked for", async () => {
  assert.deepEqual(await document(), await document());
});
