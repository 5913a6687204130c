import { dirname, relative, resolve } from "node:path";
import { cliImports } from "#tests/support/cli_imports.ts";
import type { DeployedModule } from "#tests/support/deployed_modules.ts";

/** What a deployed module may import beside its neighbours: the deploy uploads nothing else. */
const DEPLOYED_PACKAGES = new Set([
  "@hono/zod-openapi",
  "@std/crypto",
  "@supabase/supabase-js",
  "hono",
  "ipaddr.js",
  "jose",
  "libphonenumber-js",
  "pg",
  "undici",
  "zod",
]);

/** What of Node leads to files or programs, which no deployment has. */
const ELSEWHERE = /^node:(?:fs|module|worker_threads|child_process|cluster|vm)\b/;

/** Where the import map may lead: to one version of a package, or to what is uploaded. */
const PINNED = /^(?:npm:\/?(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+[\w.+-]*(?:\/.*)?|\.\/shared\/.*)$/;

/** What no text may say, beside its comments. */
const UNFOLLOWED: readonly [RegExp, string][] = [
  [/\bimport\s*\((?!\s*(?:"[^"\n]*"|'[^'\n]*')\s*[,)])/, "computes what it imports"],
  [/\bimport\.meta\.(?!main\b)/, "looks for files beside itself"],
  [/\bDeno\.(?:read|open|stat|lstat|realPath|dlopen|Command)/, "reads what is not uploaded"],
  [/\b(?:require|createRequire|importScripts)\s*\(/, "requires what the deploy does not follow"],
  [/\bnew (?:Shared)?Worker\b/, "starts a worker, which no deployment has"],
];

/** Comments by which the compiler is led to further files. */
const POINTERS = /^\s*\/\/(?:\/\s*<reference|\s*@(?:ts|deno)-types="\.)/m;

/** All that a deploy would miss of a module, or should not take with it; one sentence each. */
export function faultsOf(module: DeployedModule, map: Record<string, string>): string[] {
  const { path, text, imports } = module;
  const code = withoutComments(text);
  const found = cliImports(text).filter(isFile);
  return [
    ...imports.flatMap((specifier) => faultOf(module, specifier, map) ?? []),
    ...imports.filter((specifier) => isFile(specifier) && !found.includes(specifier))
      .map((specifier) => `imports ${specifier} in a way that the CLI does not see`),
    ...found.filter((specifier) => !imports.includes(specifier))
      .map((specifier) => `seems to the CLI to import ${specifier}`),
    ...UNFOLLOWED.filter(([pattern]) => pattern.test(code)).map(([, fault]) => fault),
    ...POINTERS.test(text) ? ["points to types in a comment"] : [],
  ].map((fault) => `${path} ${fault}`);
}

function faultOf(
  { path }: DeployedModule,
  specifier: string,
  map: Record<string, string>,
): string | undefined {
  if (specifier.startsWith("node:")) {
    return ELSEWHERE.test(specifier) ? `imports ${specifier}, which needs a machine` : undefined;
  }
  if (isFile(specifier)) {
    const target = specifier.startsWith("#")
      ? specifier.replace(/^#/, "")
      : relative("/", resolve("/", dirname(path), specifier));
    const home = specifier.startsWith("#") ? "shared/" : homeOf(path);
    if (!target.endsWith(".ts")) return `imports ${specifier}, which is no module of ours`;
    return target.startsWith(home) ? undefined : `imports ${specifier}, outside ${home}`;
  }
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  if (!DEPLOYED_PACKAGES.has(name)) return `imports ${specifier}, which is not deployed`;
  const target = map[specifier] ?? map[`${name}/`];
  return target !== undefined && PINNED.test(target)
    ? undefined
    : `imports ${specifier}, which is not pinned`;
}

/** The folder that a module must not leave by a relative import: its function's, or `shared/`. */
function homeOf(path: string): string {
  return /^(?:shared\/|supabase\/functions\/[^/]+\/)/.exec(path)?.[0] ?? "";
}

function isFile(specifier: string): boolean {
  return /^(?:#\w|\/|\.{1,2}\/|file:)/.test(specifier);
}

/** Leaves texts as they are, in which two slashes are no comment. */
function withoutComments(text: string): string {
  return text.replace(
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`|\/\/[^\n]*|\/\*[^]*?\*\//g,
    (match) => match.startsWith("/") ? " " : match,
  );
}
