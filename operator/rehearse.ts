import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Demo, ensureDemo } from "#local/demo.ts";
import { exitWith, LocalFailure } from "#local/failure.ts";
import { ROOT } from "#local/paths.ts";
import { randomText } from "#local/secrets.ts";
import { createStack, type Stack } from "#local/stack.ts";
import { showSteps } from "#local/start/steps.ts";
import { orUsage } from "#local/usage.ts";
import { setLogSink } from "#shared/log.ts";
import { functionNames } from "./deploy/staging.ts";
import { bundleSize, MOST_BUNDLE } from "./rehearsal/bundle_size.ts";
import { startDeployment } from "./rehearsal/deployment.ts";
import { hostedEnvironment, withLoopback } from "./rehearsal/environment.ts";
import type { Upload } from "./rehearsal/management_api.ts";
import { type Project, startProject } from "./rehearsal/project.ts";
import { rebuild, type Rebuilt } from "./rehearsal/rebuild.ts";
import { pinsOf, prepareRuntimes, type Runtime } from "./rehearsal/runtime.ts";
import { SCENES } from "./rehearsal/scenes.ts";
import { startStandIn } from "./rehearsal/upload.ts";
import { migratedDatabase } from "./schema/migrated_database.ts";
import { supabaseOrThrow } from "./supabase_cli.ts";

const HELP = `Deploys to a stand-in for the platform with the real CLI, and runs what came of it.

The migrations go to a PostgreSQL of its own. Every function is put together again from what was
uploaded and nothing else, and runs with what the platform grants, on each version of Deno.

Usage: deno task deploy:rehearse [options]

  --without PATH   lose this file of every upload, to see that it is missed
  --help           print this`;

const step = showSteps(write);

/** Rehearses the deploy and gives the exit code. */
async function main(args: string[]): Promise<number> {
  const { values: { help, without } } = orUsage(() =>
    parseArgs({
      args,
      options: { help: { type: "boolean", default: false }, without: { type: "string" } },
    })
  );
  if (help) {
    console.log(HELP);
    return 0;
  }
  setLogSink(() => {});
  const folder = await Deno.makeTempDir({ prefix: "switchboard-rebuilt-" });
  try {
    await rehearse(folder, without);
    console.log("\nthe deploy is rehearsed");
    return 0;
  } catch (error) {
    if (error instanceof LocalFailure || !(error instanceof Error)) throw error;
    throw new LocalFailure(`The rehearsal failed: ${error.message}`, { cause: error });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function rehearse(folder: string, without: string | undefined): Promise<void> {
  await using database = await step("db push", migratedDatabase);
  await step("db push again", () => nothingToPush(database.url));
  const empty = join(folder, "no-functions");
  await Deno.mkdir(empty);
  await using stack = await createStack({
    data: { kind: "postgres", url: database.url },
    functions: empty,
    cron: false,
  });
  const demo = await ensureDemo(stack, {
    password: randomText(18),
    connection_id: crypto.randomUUID(),
    credential_id: crypto.randomUUID(),
    auth_token: randomText(24),
  });
  await using project = await startProject(stack);
  await using platform = await startStandIn();
  const secrets = {
    SWITCHBOARD_ENCRYPTION_KEYS: JSON.stringify(stack.secrets.encryption_keys),
    SWITCHBOARD_SIGNING_KEY: project.signingKey,
  };
  await step("secrets set", () => platform.setSecrets(secrets));
  await step("functions deploy", () => platform.upload());
  const uploads = [...platform.api.uploads.values()].map((upload) => losing(upload, without));
  refuseMissingFunctions(uploads, await functionNames());

  const runtimes = await step("packages", () => prepareRuntimes(uploads.flatMap(pinsOfUpload)));
  const rebuilt = await step("rebuild", () => rebuildAll(uploads, folder, runtimes[0]));
  await showSizes(uploads, rebuilt);
  const environment = hostedEnvironment(project, stack, database.url, platform.api.secrets);
  for (const runtime of runtimes) {
    await perform({ stack, demo, project, rebuilt, runtime, environment });
  }
}

/** Migrating what is migrated must find nothing to do. */
async function nothingToPush(url: string): Promise<void> {
  const printed = await supabaseOrThrow(["db", "push", `--remote=${url}`, "--yes"], { cwd: ROOT });
  if (!/up to date/.test(printed)) throw new Error(`db push found work twice:\n${printed}`);
}

function losing(upload: Upload, path: string | undefined): Upload {
  const files = new Map(upload.files);
  if (path !== undefined) files.delete(path);
  return { ...upload, files };
}

function refuseMissingFunctions(uploads: readonly Upload[], names: readonly string[]): void {
  const missing = names.filter((name) => uploads.every((upload) => upload.name !== name));
  if (missing.length > 0) {
    throw new LocalFailure(
      `Not deployed, for want of a section in supabase/config.toml: ${missing.join(", ")}`,
    );
  }
}

function pinsOfUpload({ files, importMap }: Upload): string[] {
  const bytes = files.get(importMap);
  return bytes === undefined ? [] : pinsOf(new TextDecoder().decode(bytes));
}

async function rebuildAll(
  uploads: readonly Upload[],
  folder: string,
  runtime: Runtime | undefined,
): Promise<Rebuilt[]> {
  const options = { args: [`--lock=${runtime?.lock}`], env: runtime?.env ?? {} };
  const rebuilt: Rebuilt[] = [];
  for (const upload of uploads) {
    rebuilt.push(await rebuild(upload, join(folder, upload.name), options));
  }
  return rebuilt;
}

/** @throws {LocalFailure} for a function that the platform would not take. */
async function showSizes(uploads: readonly Upload[], rebuilt: readonly Rebuilt[]): Promise<void> {
  write("\n  function            files   upload      bundle\n");
  for (const { name, files } of uploads) {
    const packages = rebuilt.find((one) => one.name === name)?.packages ?? [];
    const { upload, bundle } = await bundleSize(files.values(), packages);
    const columns = [name.padEnd(18), String(files.size).padStart(6), kilobytes(upload)];
    write(`  ${columns.join(" ")}  ${kilobytes(bundle)}\n`);
    if (bundle >= MOST_BUNDLE) throw new LocalFailure(`${name} is larger than 5 MB`);
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0).padStart(6)} kB`;
}

interface Performance {
  readonly stack: Stack;
  readonly demo: Demo;
  readonly project: Project;
  readonly rebuilt: readonly Rebuilt[];
  readonly runtime: Runtime;
  readonly environment: Readonly<Record<string, string>>;
}

/** Plays every scene on one version of the runtime. */
async function perform(performance: Performance): Promise<void> {
  const { stack, demo, project, rebuilt, runtime, environment } = performance;
  write(`\n  Deno ${runtime.version}\n`);
  for (const loopback of [false, true]) {
    const own = loopback ? withLoopback(environment) : environment;
    await using deployment = await startDeployment(rebuilt, runtime, own);
    project.deploy(deployment.functions);
    if (!loopback) {
      for (const [name, ms] of deployment.coldStarts) {
        write(`  ${`cold start of ${name}`.padEnd(32)}${ms.toFixed(0).padStart(6)} ms\n`);
      }
    }
    const { url } = project;
    const userToken = await project.signIn(demo.user_id);
    const stage = { url, demo, userToken, secretKey: stack.secrets.secret_key };
    for (const scene of SCENES.filter((one) => one.loopback === loopback)) {
      await step(scene.name, () => scene.play(stage));
    }
  }
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) await exitWith(main(Deno.args));
