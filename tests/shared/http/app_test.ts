import assert from "node:assert/strict";
import { env, setEnvironment } from "#shared/env.ts";
import { Problem } from "#shared/http/problem.ts";
import { problemDocument } from "#shared/http/problem_schema.ts";
import { environmentWithout, TEST_ENVIRONMENT } from "#tests/support/environment.ts";
import { startCountingApi } from "#tests/support/fake_api.ts";
import { captureLog } from "#tests/support/log_lines.ts";
import { createSampleApp, SAVE } from "#tests/support/sample_app.ts";
import { signUserToken } from "#tests/support/user_token.ts";

const app = createSampleApp();

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Saves as a signed-in user, except for what is said otherwise. */
async function send(sent: Sent = {}): Promise<Response> {
  await using api = startCountingApi();
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: api.url });
  using _log = captureLog();
  return await app.request(sent.path ?? SAVE.path, {
    method: sent.method ?? SAVE.method,
    headers: {
      authorization: `Bearer ${await signUserToken()}`,
      "content-type": "application/json",
      ...sent.headers,
    },
    ...(sent.method === "GET" ? {} : { body: sent.body ?? JSON.stringify(SAVE.json) }),
  });
}

async function problemOf(response: Response) {
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const document = problemDocument.parse(await response.json());
  assert.equal(document.status, response.status);
  assert.equal(document.type, `urn:switchboard:problem:${document.code}`);
  assert.equal(document.request_id, response.headers.get("x-request-id"));
  return document;
}

Deno.test("a request that is in order reaches its handler", async () => {
  const response = await send();
  assert.equal(response.status, 200);
  assert.equal((await response.json()).name, "Main menu");
});

Deno.test("invalid values answer 422 and name each field", async () => {
  const body = JSON.stringify({ name: "", options: [{ digit: "1" }, { digit: "x" }], more: 1 });
  const { code, errors } = await problemOf(await send({ body }));
  assert.equal(code, "validation_failed");
  assert.deepEqual(errors?.map(({ path }) => path), ["name", "options.1.digit", "more"]);
});

Deno.test("an invalid query parameter is named as such", async () => {
  const { code, errors } = await problemOf(await send({ path: `${SAVE.path}?limit=1000` }));
  assert.equal(code, "validation_failed");
  assert.deepEqual(errors?.map(({ path }) => path), ["query.limit"]);
});

Deno.test("a body that is no object is named as the body", async () => {
  const { errors } = await problemOf(await send({ body: "[]" }));
  assert.deepEqual(errors?.map(({ path }) => path), ["body"]);
});

Deno.test("a body of ninety faults is told about fifty", async () => {
  const body = JSON.stringify({ name: "x", options: Array(90).fill({}) });
  const { errors } = await problemOf(await send({ body }));
  assert.equal(errors?.length, 50);
});

Deno.test("an id that can name nothing answers 404", async () => {
  const { code } = await problemOf(await send({ path: "/sample/things/1" }));
  assert.equal(code, "not_found");
});

Deno.test("malformed JSON answers 400", async () => {
  for (const body of ["{", "", "{'name': 'x'}"]) {
    assert.equal((await problemOf(await send({ body }))).code, "invalid_request", body);
  }
});

Deno.test("a content type that the route does not take answers 415", async () => {
  for (
    const type of ["text/plain", "application/xml", "application/x-www-form-urlencoded", "json"]
  ) {
    const response = await send({ headers: { "content-type": type } });
    assert.equal((await problemOf(response)).code, "unsupported_media_type", type);
  }
});

Deno.test("JSON with a charset or a suffix is JSON", async () => {
  for (const type of ["application/json; charset=utf-8", "Application/JSON"]) {
    const response = await send({ headers: { "content-type": type } });
    assert.equal(response.status, 200, type);
    await response.body?.cancel();
  }
});

Deno.test("a path that no route has answers 404, inside the function and outside", async () => {
  for (const path of ["/sample/nothing", "/sample", "/elsewhere", "/"]) {
    assert.equal((await problemOf(await send({ path }))).code, "not_found", path);
  }
});

Deno.test("a method that the path does not have answers 405 with those it has", async () => {
  const response = await send({ method: "DELETE" });
  assert.equal(response.headers.get("allow"), "POST");
  assert.equal((await problemOf(response)).code, "method_not_allowed");
});

Deno.test("a problem answers with its code, detail, headers and members", async () => {
  const failing = createSampleApp({
    fail: () => {
      throw new Problem("rate_limited", "Wait", {
        headers: { "retry-after": "7" },
        extensions: { limit: 10 },
        cause: new Error("confidential"),
      });
    },
  });
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const response = await failing.request("/sample/fail");
  assert.equal(response.headers.get("retry-after"), "7");
  const { request_id: _, ...document } = await problemOf(response);
  assert.deepEqual(document, {
    type: "urn:switchboard:problem:rate_limited",
    title: "Too many requests",
    status: 429,
    code: "rate_limited",
    detail: "Wait",
    limit: 10,
  });
});

Deno.test("a failure of ours answers with its code and nothing of its cause", async (t) => {
  const thrown: Record<string, () => never> = {
    "an error": () => {
      throw new Error("confidential");
    },
    "an error with a cause": () => {
      throw new Problem("internal_error", "confidential", { cause: new Error("confidential") });
    },
    "a failure of ours with a detail": () => {
      throw new Problem("not_configured", "confidential", { cause: new Error("confidential") });
    },
    "what is no error": () => {
      // Hono's error hook is not given what is no error.
      throw JSON.parse('"confidential"');
    },
  };
  for (const [name, fail] of Object.entries(thrown)) {
    await t.step(name, async () => {
      setEnvironment(TEST_ENVIRONMENT);
      using log = captureLog();
      const response = await createSampleApp({ fail }).request("/sample/fail");
      const text = await response.clone().text();
      assert.equal((await problemOf(response)).status >= 500, true);
      assert.equal(text.includes("confidential"), false);
      assert.equal(log.lines.length, 1);
      assert.match(JSON.stringify(log.lines[0]?.cause), /confidential/);
    });
  }
});

Deno.test("an environment that cannot be read answers 503 and is named in the log alone", async () => {
  setEnvironment({ ...TEST_ENVIRONMENT, SUPABASE_URL: "nowhere" });
  using log = captureLog();
  assert.throws(env);
  const response = await app.request("/sample/fail");
  const text = await response.clone().text();
  assert.equal((await problemOf(response)).code, "not_configured");
  assert.equal(text.includes("SUPABASE_URL"), false);
  assert.match(JSON.stringify(log.lines.at(-1)?.cause), /SUPABASE_URL: Must be/);
});

Deno.test("the first request says which secrets are missing, the second does not again", async () => {
  setEnvironment(environmentWithout("SWITCHBOARD_ENCRYPTION_KEYS"));
  using log = captureLog();
  for (const _ of [1, 2]) assert.equal((await app.request("/sample/fail")).status, 204);
  const warnings = log.lines.filter(({ level }) => level === "warn");
  assert.deepEqual(warnings.map(({ variable }) => variable), ["SWITCHBOARD_ENCRYPTION_KEYS"]);
});

Deno.test("browsers may call from anywhere unless origins are named, and then from those", async () => {
  const origin = "https://app.example.com";
  const allowed = async (origins: string) => {
    setEnvironment({ ...TEST_ENVIRONMENT, SWITCHBOARD_ALLOWED_ORIGINS: origins });
    using _log = captureLog();
    const response = await app.request("/sample/fail", { headers: { origin } });
    return response.headers.get("access-control-allow-origin");
  };
  assert.equal(await allowed("*"), "*");
  assert.equal(await allowed(`https://a.example,${origin}`), origin);
  assert.equal(await allowed("https://a.example"), null);
});

Deno.test("a browser's preflight is answered for every route, and its errors can be read", async () => {
  setEnvironment(TEST_ENVIRONMENT);
  using _log = captureLog();
  const headers = {
    origin: "https://app.example.com",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
  };
  const preflight = await app.request(SAVE.path, { method: "OPTIONS", headers });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
  const refused = await app.request(SAVE.path, { method: "POST", headers });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get("access-control-allow-origin"), "*");
  assert.match(refused.headers.get("access-control-expose-headers") ?? "", /x-request-id/);
  await refused.body?.cancel();
});
