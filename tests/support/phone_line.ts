import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { DOMParser } from "@xmldom/xmldom";
import twilioSdk from "twilio";
import { z } from "zod";
import type { Tenant } from "#tests/support/stack.ts";

/** Parameters of a Twilio callback; an array is a repeated parameter. */
export type Parameters = Record<string, string | string[]>;

/** A number that is answered by a menu, and Twilio at its other end. */
export interface PhoneLine {
  readonly connectionId: string;
  readonly authToken: string;
  readonly number: string;
  readonly menuId: string;
  /** The URLs that the owner was given to enter at Twilio. */
  readonly urls: { readonly voice: string; readonly status: string };
  /** Posts a callback signed by Twilio's own SDK. */
  post(url: string, parameters: Parameters): Promise<Response>;
}

/** The menu that a line's callers hear: 1 down, 2 transfer, 3 queue, 0 end; below it, star goes back. */
export const MENUS = {
  main: [
    { digit: "1", label: "Sales", action: "submenu", target: "sales" },
    { digit: "2", label: "Billing", action: "transfer", target: "+15550100199" },
    { digit: "3", label: "Support", action: "agent", target: "support-queue" },
    { digit: "0", label: "Bye", action: "hangup" },
  ],
  sales: [{ digit: "*", label: "Back", action: "back" }],
};

const created = z.object({
  id: z.string(),
  urls: z.object({ voice: z.string(), status: z.string() }),
});

/** Sets up a line as its owner would: a connection, two menus through the Data API, a number. */
export async function newLine(url: string, tenant: Tenant): Promise<PhoneLine> {
  const authToken = randomBytes(16).toString("hex");
  const authorization = `Bearer ${tenant.jwt}`;
  const made = await fetch(`${url}/functions/v1/ivr/connections`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ provider: "twilio", name: "Main line", auth_token: authToken }),
  });
  assert.equal(made.status, 201);
  const { id: connectionId, urls } = created.parse(await made.json());

  const rows = Object.entries(MENUS).map(([key, items]) => ({
    key,
    name: key,
    prompt: `This is ${key}.`,
    items,
  }));
  const { data, error } = await tenant.db.from("ivr_menus").insert(rows).select("id, key");
  assert.equal(error, null);
  const menuId = z.array(z.object({ id: z.string(), key: z.string() })).parse(data)
    .find(({ key }) => key === "main")?.id ?? assert.fail();
  const published = await fetch(`${url}/functions/v1/ivr/menus/${menuId}/publish`, {
    method: "POST",
    headers: { authorization },
  });
  assert.equal(published.status, 201);
  await published.body?.cancel();

  const number = `+1555${String(Math.floor(Math.random() * 1e7)).padStart(7, "0")}`;
  const numbered = await tenant.db.from("phone_numbers").insert({
    connection_id: connectionId,
    number,
    menu_id: menuId,
  });
  assert.equal(numbered.error, null);
  return {
    connectionId,
    authToken,
    number,
    menuId,
    urls,
    post: (to, parameters) => fetch(twilioRequest(to, parameters, authToken)),
  };
}

/** A callback as Twilio sends it, signed by its SDK. */
export function twilioRequest(
  url: string,
  parameters: Parameters,
  authToken: string,
  { signedUrl = url }: { signedUrl?: string } = {},
): Request {
  const body = new URLSearchParams();
  for (const [name, values] of Object.entries(parameters)) {
    for (const value of [values].flat()) body.append(name, value);
  }
  return new Request(url, {
    method: "POST",
    headers: {
      "x-twilio-signature": twilioSdk.getExpectedTwilioSignature(authToken, signedUrl, parameters),
    },
    body,
  });
}

/** The parameters of a call that comes in. */
export function incomingCall(
  line: Pick<PhoneLine, "number">,
  further: Parameters = {},
): Parameters {
  return {
    CallSid: `CA${randomBytes(16).toString("hex")}`,
    AccountSid: `AC${"0".repeat(32)}`,
    From: "+15550100123",
    To: line.number,
    CallStatus: "ringing",
    Direction: "inbound",
    ...further,
  };
}

/** A TwiML document, parsed by an XML parser that takes no fault. */
export interface Twiml {
  readonly text: string;
  /** The names of the verbs in the response. */
  readonly verbs: readonly string[];
  /** Everything that is said, in order. */
  readonly said: readonly string[];
  /** Where the first gather, dial or enqueue posts to. */
  readonly action: string;
}

/** Reads a reply that must be TwiML with status 200. */
export async function readTwiml(response: Response): Promise<Twiml> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.match(response.headers.get("content-type") ?? "", /^text\/xml/);
  const parser = new DOMParser({
    onError: (level, message) => assert.fail(`${level}: ${message}`),
  });
  const root = parser.parseFromString(text, "text/xml").documentElement ?? assert.fail();
  assert.equal(root.tagName, "Response");
  const elements = [...root.getElementsByTagName("*")];
  return {
    text,
    verbs: [...root.childNodes].map(({ nodeName }) => nodeName),
    said: elements.filter(({ tagName }) => tagName === "Say").map((say) => say.textContent ?? ""),
    action: elements.find((element) => element.hasAttribute("action"))?.getAttribute("action") ??
      "",
  };
}

const problem = z.object({ code: z.string(), status: z.number(), request_id: z.string() });

/** Reads a reply that must be a problem document; answers its code. */
export async function readProblem(response: Response): Promise<string> {
  const text = await response.text();
  assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/, text);
  const { code, status } = problem.parse(JSON.parse(text));
  assert.equal(status, response.status);
  return code;
}
