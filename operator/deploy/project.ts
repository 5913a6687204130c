import { z } from "zod";
import { LocalFailure } from "#local/failure.ts";
import { supabase } from "../supabase_cli.ts";
import { readJson } from "./read_json.ts";
import { ANSWER_MS, askProject, type Target } from "./steps.ts";

const JSON_OUTPUT = "--output-format=json";

const projects = z.object({
  projects: z.array(z.object({ ref: z.string(), name: z.string(), status: z.string() })),
});
const apiKeys = z.object({
  keys: z.array(z.object({ name: z.string(), type: z.string().nullish(), api_key: z.string() })),
});
const secrets = z.object({ secrets: z.array(z.object({ name: z.string(), value: z.string() })) });
const functions = z.object({
  functions: z.array(z.object({ slug: z.string(), version: z.int() })),
});

/** What the platform tells of a project. */
export interface Project {
  readonly name: string;
  /** The secret API keys by their names. */
  readonly secretKeys: Readonly<Record<string, string>>;
  /** The functions' secrets: the SHA-256 of each, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** The functions that are there, and how often each was deployed. */
  readonly functions: ReadonlyMap<string, number>;
}

/**
 * Asks the platform for a project.
 *
 * @throws {LocalFailure} if the login is no good, the project is not this account's or not running,
 * or it has no key for scheduled jobs.
 */
export async function describeProject(target: Target): Promise<Project> {
  const where = target.profile === undefined ? [] : [`--profile=${target.profile}`];
  const listed = await supabase(["projects", "list", JSON_OUTPUT, ...where], {
    env: target.env ?? {},
    deadlineMs: ANSWER_MS,
  });
  const known = readJson(listed, projects, "The login").projects;
  const project = known.find(({ ref }) => ref === target.ref);
  if (project === undefined) {
    throw new LocalFailure(
      `This login has no project ${target.ref}; it has ${
        known.map(({ ref, name }) => `${ref} (${name})`).join(", ") || "none"
      }`,
    );
  }
  if (!project.status.startsWith("ACTIVE")) {
    throw new LocalFailure(
      `The project ${project.name} is not running: ${project.status.toLowerCase()}`,
    );
  }
  const [keys, known_secrets, deployed] = await Promise.all([
    askProject(target, ["projects", "api-keys", "--reveal", JSON_OUTPUT]),
    askProject(target, ["secrets", "list", JSON_OUTPUT]),
    askProject(target, ["functions", "list", JSON_OUTPUT]),
  ]);
  return {
    name: project.name,
    secretKeys: secretKeysOf(readJson(keys, apiKeys, "The API keys").keys),
    secrets: new Map(
      readJson(known_secrets, secrets, "The secrets").secrets.map((one) => [one.name, one.value]),
    ),
    functions: new Map(
      readJson(deployed, functions, "The functions").functions
        .map(({ slug, version }) => [slug, version]),
    ),
  };
}

function secretKeysOf(keys: z.output<typeof apiKeys>["keys"]): Record<string, string> {
  const found = Object.fromEntries(
    keys.filter(({ type }) => type === "secret").map(({ name, api_key }) => [name, api_key]),
  );
  for (const name of ["default", "cron"]) {
    if (found[name] === undefined) {
      throw new LocalFailure(
        `The project has no secret API key named ${name}; make one in its settings, under API keys`,
      );
    }
  }
  return found;
}
