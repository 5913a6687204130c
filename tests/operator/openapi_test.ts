import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { OPENAPI, openApiText } from "#operator/openapi.ts";
import { setEnvironment } from "#shared/env.ts";
import { captureLog } from "#tests/support/log_lines.ts";

async function current(): Promise<string> {
  using _log = captureLog();
  try {
    return await openApiText();
  } finally {
    setEnvironment(undefined);
  }
}

Deno.test("the committed document is that of the functions as they are", async () => {
  const same = await current() === await Deno.readTextFile(OPENAPI);
  assert.ok(same, "docs/openapi.json is out of date: run deno task openapi");
});

Deno.test("it is a valid OpenAPI 3.1 document, and every reference in it leads somewhere", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(await current()));
  assert.ok(valid, JSON.stringify(errors, undefined, 2));
  assert.equal(validator.version, "3.1");
  validator.resolveRefs();
});
