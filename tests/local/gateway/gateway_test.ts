import assert from "node:assert/strict";
import { createGateway, forProviders } from "#local/gateway/gateway.ts";
import { testStack } from "#tests/support/stack.ts";

const CONNECTION = "5eed0000-0000-4000-8000-0000000000c1";

/** A gateway in front of a function that tells which URL it saw. */
const gateway = createGateway({
  functions: new Map([["ivr", tellUrl], ["health", tellUrl], ["retell", tellUrl]]),
  lite: () => Promise.resolve(new Response("lite")),
  storage: () => Promise.resolve(new Response("storage")),
  jwtSecret: "x".repeat(32),
});

function tellUrl(request: Request): Response {
  return new Response(`${request.method} ${request.url}`);
}

/** Sends bytes that no HTTP client would, and gives the body of the reply. */
async function sendRaw(port: number, target: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(
    `POST ${target} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  ));
  let text = "";
  for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
    text += chunk;
  }
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}

Deno.test("a function sees path and query byte for byte, as its caller signed them", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, gateway);
  const { port } = server.addr;
  try {
    const targets = [
      "/ivr/voice?a=1&a=2&b=",
      "/ivr/voice?q=%7e%7E+%20'\"|^`{}",
      "/ivr/a%2Fb//c;d=1/./e?x=%zz&&=&y",
      "/ivr/voice?",
      "/ivr/caf%C3%A9?name=%E2%9C%93",
    ];
    for (const target of targets) {
      const body = await sendRaw(port, `/functions/v1${target}`);
      assert.ok(body.includes(`POST http://127.0.0.1:${port}${target}`), `${target}: ${body}`);
    }
  } finally {
    await server.shutdown();
  }
});

Deno.test("nothing is served beside the platform's paths", async () => {
  const paths = ["/", "/index.html", "/_system/info", "/studio", "/rest", "/rest/v2/x", "/restv1"];
  const escapes = ["/rest/v1/../../_system/info", "/auth/v1/%2e%2e/%2e%2e/_system/info"];
  for (const path of [...paths, ...escapes]) {
    // The runtime resolves the dots of a URL that it makes; a raw request may have them.
    const request = new Request("http://127.0.0.1/");
    Object.defineProperty(request, "url", { value: `http://127.0.0.1${path}` });
    const response = await gateway(request);
    assert.equal(response.status, 404, path);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.notEqual(await response.text(), "lite", path);
  }
});

Deno.test("providers are offered their callbacks and the health check, nothing else", async () => {
  const offered = forProviders(gateway);
  const ask = async (method: string, path: string) =>
    (await offered(new Request(`http://127.0.0.1${path}`, { method }))).status;
  const ivr = `/functions/v1/ivr/twilio/${CONNECTION}`;
  for (const route of ["voice", "turn", "turn?token=a.b", "status", "recording"]) {
    assert.equal(await ask("POST", `${ivr}/${route}`), 200, route);
  }
  assert.equal(await ask("POST", `/functions/v1/retell/webhook/${CONNECTION}`), 200);
  assert.equal(await ask("GET", "/functions/v1/health"), 200);
  const refused: readonly (readonly [string, string])[] = [
    ["GET", `${ivr}/voice`],
    ["PUT", `${ivr}/voice`],
    ["POST", `${ivr}/`],
    ["POST", `${ivr}/voice/x`],
    ["POST", `${ivr}/publish`],
    ["POST", "/functions/v1/ivr/twilio/not-an-id/voice"],
    ["POST", "/functions/v1/ivr/menus"],
    ["PUT", "/functions/v1/retell/config"],
    ["POST", "/functions/v1/retell/webhook/not-an-id"],
    ["GET", "/functions/v1/ivr/openapi.json"],
    ["POST", "/functions/v1/health"],
    ["GET", "/functions/v1/health/ready"],
    ["GET", "/functions/v1/health/"],
    ["GET", "/rest/v1/ivr_menus"],
    ["POST", "/rest/v1/rpc/readiness"],
    ["POST", "/auth/v1/signup"],
    ["GET", "/"],
  ];
  for (const [method, path] of refused) assert.equal(await ask(method, path), 404, path);
});

Deno.test("the two ports of a stack", async (t) => {
  await using stack = await testStack();
  const ask = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init);
    return { status: response.status, body: await response.text() };
  };
  await t.step("a request without a key is refused, on the loopback address too", async () => {
    const { status, body } = await ask(`${stack.url}/rest/v1/ivr_menus`);
    assert.equal(status, 401, body);
  });
  await t.step("every secret key opens the Data API, a made-up one does not", async () => {
    const { secret_key, cron_key } = stack.secrets;
    const menus = `${stack.url}/rest/v1/ivr_menus`;
    assert.equal((await ask(menus, { headers: { apikey: secret_key } })).status, 200);
    assert.equal((await ask(menus, { headers: { apikey: cron_key } })).status, 200);
    assert.equal((await ask(menus, { headers: { apikey: `${secret_key}x` } })).status, 401);
  });
  await t.step("functions answer on the main port", async () => {
    assert.equal((await ask(`${stack.url}/functions/v1/health/ready`)).status, 200);
    assert.equal((await ask(`${stack.url}/functions/v1/nothing`)).status, 404);
  });
  await t.step("the provider port has no Data API", async () => {
    const headers = { apikey: stack.secrets.secret_key };
    assert.equal((await ask(`${stack.providerUrl}/functions/v1/health`)).status, 200);
    assert.equal((await ask(`${stack.providerUrl}/rest/v1/ivr_menus`, { headers })).status, 404);
  });
});
