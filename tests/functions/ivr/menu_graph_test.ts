import assert from "node:assert/strict";
import { DOMParser } from "@xmldom/xmldom";
import { z } from "zod";
import { bearer, faults } from "#tests/support/key_holder.ts";
import { BYE, makeMenu, publishMenu } from "#tests/support/menu_owner.ts";
import { type Tenant, type TestStack, testStack } from "#tests/support/stack.ts";
import { as } from "#tests/support/webhook_owner.ts";

const graph = z.object({
  version: z.unknown(),
  root: z.string(),
  nodes: z.array(z.looseObject({ id: z.string(), kind: z.string() })),
  edges: z.array(z.object({
    from: z.string(),
    to: z.string(),
    cause: z.string(),
    digit: z.string().nullable(),
    label: z.string().nullable(),
    action: z.string(),
    then: z.string().nullable(),
  })),
});

async function picture(stack: TestStack, { jwt }: Tenant, path: string, accept?: string) {
  const headers = { ...bearer(jwt), ...accept === undefined ? {} : { accept } };
  const response = await fetch(`${stack.url}/functions/v1${path}`, { headers });
  return { type: response.headers.get("content-type"), text: await response.text(), response };
}

Deno.test("A graph has every menu, every exit and every way between them", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const below = await makeMenu(stack, owner, {
    key: "below",
    name: "Below",
    items: [
      { digit: "*", label: "Back", action: "back" },
      { digit: "#", label: "Top", action: "top" },
      { digit: "9", label: "Again", action: "repeat" },
      { digit: "2", label: "Deutsch", action: "language", target: "de-DE" },
    ],
    translations: { "de-DE": { prompt: "Hallo." } },
    no_input_final: { action: "voicemail" },
  });
  const main = await makeMenu(stack, owner, {
    key: "main",
    name: "Main",
    items: [
      { digit: "1", label: "Down", action: "submenu", target: "below" },
      { digit: "2", label: "Desk", action: "agent", target: "desk", then: "top" },
      { digit: "3", label: "Far", action: "transfer", target: "+493012345678" },
    ],
    hours: {
      time_zone: "UTC",
      weekly: [{ days: [1], from: "09:00", to: "17:00" }],
      closed: { action: "submenu", target: "below" },
    },
  });
  const path = `/ivr/menus/${main}/graph`;
  assert.equal((await as(owner).get(stack, path)).body["version"], "draft");
  await publishMenu(stack, owner, main);
  await as(owner).patch(stack, `/ivr/menus/${main}`, {
    items: [{ digit: "1", label: "Lost", action: "submenu", target: "nowhere" }],
  });
  const { version, root, nodes, edges } = graph.parse((await as(owner).get(stack, path)).body);
  assert.deepEqual([version, root], [1, main]);
  assert.deepEqual(nodes.map(({ id, kind }) => [id, kind]), [
    [main, "menu"],
    [below, "menu"],
    ["agent:desk", "agent"],
    ["number:+493012345678", "number"],
    ["hangup", "hangup"],
    ["voicemail", "voicemail"],
  ]);
  assert.deepEqual(
    edges.map(({ from, to, cause, digit, label, action, then }) =>
      [from, to, cause, digit, label, action, then].join(" ")
    ),
    [
      `${main} ${below} choice 1 Down submenu `,
      `${main} agent:desk choice 2 Desk agent top`,
      `${main} number:+493012345678 choice 3 Far transfer `,
      `${main} hangup no_input   hangup `,
      `${main} hangup invalid   hangup `,
      `${main} ${below} closed   submenu `,
      `${below} ${main} choice * Back back `,
      `${below} ${main} choice # Top top `,
      `${below} ${below} choice 9 Again repeat `,
      `${below} ${below} choice 2 Deutsch language `,
      `${below} voicemail no_input   voicemail `,
      `${below} hangup invalid   hangup `,
    ],
  );
  const draft = graph.parse((await as(owner).get(stack, `${path}?version=draft`)).body);
  assert.ok(draft.nodes.some(({ id, kind }) => kind === "missing" && id === "missing:nowhere"));
  assert.deepEqual((await as(owner).get(stack, `${path}?version=1`)).body["version"], 1);
  const wrong = await as(owner).get(stack, `${path}?version=x`);
  assert.deepEqual([wrong.status, faults(wrong)], [422, ["query.version"]]);
  assert.equal((await as(owner).get(stack, `${path}?version=2`)).status, 404);
});

Deno.test("A picture comes where one is accepted or asked for, and JSON everywhere else", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const id = await makeMenu(stack, owner, { key: "main" });
  const path = `/ivr/menus/${id}/graph`;
  for (
    const accept of [undefined, "*/*", "application/json", "application/json, image/svg+xml;q=0.5"]
  ) {
    assert.match((await picture(stack, owner, path, accept)).type ?? "", /^application\/json/);
  }
  for (
    const [at, accept] of [[path, "image/svg+xml"], [`${path}.svg`, undefined], [
      `${path}.svg?version=draft`,
      "*/*",
    ]] as const
  ) {
    const { type, text, response } = await picture(stack, owner, at, accept);
    assert.match(type ?? "", /^image\/svg\+xml/);
    assert.match(text, /^<svg /);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  }
  assert.equal((await fetch(`${stack.url}/functions/v1${path}.svg`)).status, 401);
});

Deno.test("What an owner writes stays text in the picture", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const hostile = `</text><script>alert(1)</script>&#x3c;"'\u202e ]]> <!-- ${"w".repeat(20)}`;
  const id = await makeMenu(stack, owner, {
    name: hostile,
    prompt: `${hostile} \u0007`,
    items: [
      { digit: '"><script>', label: hostile, action: hostile, target: hostile },
      { digit: "1", label: hostile, action: "submenu", target: hostile },
      { digit: 5, label: null, action: [], target: {} },
    ],
    no_input_final: { action: "agent", target: hostile },
  });
  const { text } = await picture(stack, owner, `/ivr/menus/${id}/graph.svg`);
  const parser = new DOMParser({
    onError: (level, message) => assert.fail(`${level}: ${message}`),
  });
  const root = parser.parseFromString(text, "image/svg+xml").documentElement ?? assert.fail();
  const tags = new Set([...root.getElementsByTagName("*")].map(({ tagName }) => tagName));
  assert.deepEqual(
    [...tags].filter((tag) =>
      !["title", "desc", "style", "defs", "marker", "path", "rect", "text", "g", "circle"].includes(
        tag,
      )
    ),
    [],
  );
  assert.equal(/\son\w+=|javascript:|\u202e/i.test(text.replaceAll(/>[^<]*</g, "><")), false);
  assert.equal(text.includes("\u202e"), false);
  assert.ok((root.getElementsByTagName("title")[0]?.textContent ?? "").includes("<script>"));
});

Deno.test("Neither a graph nor a difference is made of a draft that leads to too many menus", async () => {
  await using stack = await testStack();
  const owner = await stack.newTenant();
  const rows = Array.from({ length: 101 }, (_, n) => ({
    key: `m${n}`,
    name: "x",
    prompt: "x",
    items: [{ ...BYE, action: "submenu", target: `m${(n + 1) % 101}` }],
  }));
  const { data } = await owner.db.from("ivr_menus").insert(rows).select("id, key");
  const id = z.array(z.object({ id: z.string() })).parse(data)[0]?.id;
  const refused = await as(owner).get(stack, `/ivr/menus/${id}/graph.svg`);
  assert.deepEqual([refused.status, refused.body["code"]], [422, "invalid_menu"]);
});
