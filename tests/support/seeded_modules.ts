/** What else a tree of the seeded modules has. */
export const NEIGHBOURS = {
  "shared/there.ts":
    "export const there = 1;\nexport type There = number;\nexport default there;\n",
  "shared/data.json": "{}\n",
  "supabase/functions/other/app.ts": "export const app = 1;\n",
  "local/own.ts": "export const own = 1;\n",
};

/** Modules that a deploy takes along whole. */
export const TAKEN: readonly string[] = [
  'import { there } from "#shared/there.ts";\nconsole.log(there);\n',
  'import {\n  there,\n  type There,\n} from "#shared/there.ts";\nconsole.log(there as There);\n',
  'import type { There } from "#shared/there.ts";\nexport const one: There = 1;\n',
  'export * from "#shared/there.ts";\nexport { there } from "./there.ts";\n',
  'import "./there.ts";\n',
  'export const there = await import("./there.ts");\nexport type T = import("./there.ts").There;\n',
  'import { z } from "zod";\nimport { Hono } from "hono/tiny";\nimport { Buffer } from "node:buffer";\n',
  '// What is read with new URL("x", import.meta.url), or by import(name), is not there.\nexport const a = "https://b";\n',
  'if (import.meta.main) console.log("http://a");\n',
];

/** Modules of which a deploy would miss something, and what is said of each. */
export const MISSED: readonly [string, RegExp][] = [
  ["const name = 'a';\nawait import(name);\n", /computes what it imports/],
  ["await import(`./there.ts`);\n", /computes what it imports/],
  ["await import(`./${1}.ts`);\n", /computes what it imports/],
  ['await import("./the" + "re.ts");\n', /computes what it imports/],
  ['const a = "http://b"; await import(a);\n', /computes what it imports/],
  ['await import(/* why */ "./there.ts");\n', /\.\/there\.ts in a way that the CLI does not see/],
  ['import a, {\n  there,\n} from "./there.ts";\nconsole.log(a, there);\n', /does not see/],
  ['export * as\n  all from "./there.ts";\n', /does not see/],
  ['import type a, {\n} from "./there.ts";\n', /does not see/],
  ['/** import { there } from "#shared/gone.ts"; */\nexport const a = 1;\n', /seems to the CLI/],
  ['import { there } from "./there";\n', /no module of ours/],
  [
    'import data from "#shared/data.json" with { type: "json" };\n',
    /data\.json, which is no module/,
  ],
  ['await import("#shared/data.json", { with: { type: "json" } });\n', /data\.json, which is no/],
  ['import type data from "../../../shared/data.json";\n', /data\.json, which is no module/],
  ['import { app } from "../other/app.ts";\n', /outside supabase\/functions\/seed\//],
  ['export type { app } from "../other/app.ts";\n', /outside supabase\/functions\/seed\//],
  ['export { there } from "../../../shared/there.ts";\n', /outside supabase\/functions\/seed\//],
  ['import { own } from "#local/own.ts";\n', /#local\/own\.ts, outside shared\//],
  ['import type { own } from "#local/own.ts";\n', /#local\/own\.ts, outside shared\//],
  ['export type Own = import("#tests/own.ts").Own;\n', /#tests\/own\.ts, outside shared\//],
  ['import "/etc/there.ts";\n', /\/etc\/there\.ts, outside/],
  ['import { App } from "@supabase/lite";\n', /@supabase\/lite, which is not deployed/],
  ['await import("twilio");\n', /twilio, which is not deployed/],
  ['export * from "npm:zod@4.6.7";\n', /npm:zod@4\.6\.7, which is not deployed/],
  ['import "https://example.com/a.ts";\n', /which is not deployed/],
  ['import "jsr:@std/assert";\n', /which is not deployed/],
  ['import { decodeJwt } from "jose";\n', /jose, which is not pinned/],
  ['import { Client } from "pg";\n', /pg, which is not pinned/],
  ['import { readFileSync } from "node:fs";\n', /node:fs, which needs a machine/],
  ['import { readFile } from "node:fs/promises";\n', /node:fs\/promises, which needs a machine/],
  ['new URL("./there.ts", import.meta.url);\n', /looks for files beside itself/],
  ["console.log(import.meta.dirname);\n", /looks for files beside itself/],
  ['import.meta.resolve("zod");\n', /looks for files beside itself/],
  ['await Deno.readTextFile("shared/data.json");\n', /reads what is not uploaded/],
  ['Deno.openSync("shared/data.json");\n', /reads what is not uploaded/],
  ['import a = require("zod");\n', /requires what the deploy does not follow/],
  ['new Worker("./there.ts");\n', /starts a worker/],
  ['/// <reference types="./there.ts" />\nexport {};\n', /points to types in a comment/],
  ['// @ts-types="./there.ts"\nimport "zod";\n', /points to types in a comment/],
];

/** What the seeded tree pins: one package not at all, one to no version. */
export const MAP = {
  "#shared/": "./shared/",
  "#local/": "./local/",
  "#tests/": "./tests/",
  "zod": "npm:zod@4.6.7",
  "hono/": "npm:/hono@4.13.19/",
  "pg": "npm:pg@8",
  "twilio": "npm:twilio@6.2.0",
  "@supabase/lite": "npm:@supabase/lite@0.10.0",
};
