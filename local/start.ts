import { relative } from "node:path";
import { env } from "#shared/env.ts";
import { setLogSink } from "#shared/log.ts";
import { type Demo, ensureDemo } from "./demo.ts";
import { exitWith, LocalFailure } from "./failure.ts";
import { DATA } from "./paths.ts";
import { createStack, type Stack, type Step } from "./stack.ts";
import { type DataFolder, openDataFolder } from "./start/data_folder.ts";
import { demonstrate } from "./start/demonstration.ts";
import { type Interruption, onInterruption } from "./start/interruption.ts";
import { keptSecrets } from "./start/kept_secrets.ts";
import { HELP, type Options, parseOptions } from "./start/options.ts";
import { writePrivateFile } from "./start/private_file.ts";
import { showSteps } from "./start/steps.ts";

/** What of the person's own environment the functions are given. */
const PASSED_ON = [
  "SWITCHBOARD_PUBLIC_URL",
  "SWITCHBOARD_ALLOWED_ORIGINS",
  "SWITCHBOARD_ALLOW_LOOPBACK_WEBHOOKS",
  "SWITCHBOARD_RETELL_URL",
  "SWITCHBOARD_DELETION_GRACE_DAYS",
  "SWITCHBOARD_DISPATCH_KICK",
  "SWITCHBOARD_JOBS_PAUSED",
  "SWITCHBOARD_LOG_LEVEL",
];

/** Starts the stack, runs it until it is asked to stop, and gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  using interruption = onInterruption();
  using folder = await openDataFolder(options.data ?? DATA, {
    fresh: options.fresh,
    shared: options.data === undefined,
  });
  // Until it is ready the terminal is for the steps and the demonstration call.
  setLogSink((line, level) => {
    if (level === "warn" || level === "error") console.error(line);
  });
  try {
    await run(options, folder, interruption);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
}

async function run(
  options: Options,
  folder: DataFolder,
  interruption: Interruption,
): Promise<void> {
  const started = performance.now();
  const step = untilInterrupted(showSteps(write), interruption.signal);
  const secrets = await keptSecrets(folder.secrets);
  const environment = passedOn();
  await using stack = await createStack({
    data: options.databaseUrl === undefined
      ? {
        kind: "folder",
        path: folder.database,
        schemaCache: folder.schemaCache,
        whenMade: () => folder.markComplete(),
      }
      : { kind: "postgres", url: options.databaseUrl },
    files: folder.files,
    secrets: secrets.stack,
    port: options.port,
    providerPort: options.port === 0 ? 0 : options.port + 1,
    pagePort: options.page ? (options.port === 0 ? 0 : options.port + 2) : undefined,
    environment,
    step,
  });
  const demo = options.demo
    ? await step("demo tenant", () => ensureDemo(stack, secrets.demo))
    : undefined;
  const publicUrl = environment.SWITCHBOARD_PUBLIC_URL === undefined ? undefined : env().publicUrl;
  await writePrivateFile(folder.details, detailsOf(stack, demo, publicUrl));
  try {
    if (demo !== undefined) await placeDemonstration(stack, demo, publicUrl);
    write(readyText(stack, demo !== undefined, options, folder, performance.now() - started));
    setLogSink((line) => console.error(line));
    await interruption.come;
    write("\nstopping\n");
  } finally {
    // A file without a stack would send its readers to whoever has the port next.
    await removeIfThere(folder.details);
  }
}

/** Thrown out of the start when it is asked to stop between two of its steps. */
class Interrupted extends Error {
  override name = "Interrupted";
}

function untilInterrupted(step: Step, signal: AbortSignal): Step {
  return (name, work) => {
    if (signal.aborted) throw new Interrupted();
    return step(name, work);
  };
}

function passedOn(): Record<string, string> {
  const set = PASSED_ON.map((name) => [name, Deno.env.get(name) ?? ""]);
  return Object.fromEntries(set.filter(([, value]) => value !== ""));
}

function detailsOf(stack: Stack, demo: Demo | undefined, publicUrl: string | undefined): object {
  return {
    url: stack.url,
    provider_url: stack.providerUrl,
    public_url: publicUrl,
    publishable_key: stack.secrets.publishable_key,
    secret_key: stack.secrets.secret_key,
    cron_key: stack.secrets.cron_key,
    pid: Deno.pid,
    demo,
  };
}

async function placeDemonstration(
  stack: Stack,
  demo: Demo,
  publicUrl: string | undefined,
): Promise<void> {
  write("\n  demonstration call\n");
  const { ok, error } = await demonstrate({ url: stack.url, publicUrl, demo, write });
  if (ok) return;
  throw new LocalFailure(
    `The demonstration call failed: ${error?.message ?? "it did not end well"}; ` +
      "--no-demo starts without it",
  );
}

function readyText(
  stack: Stack,
  demo: boolean,
  options: Options,
  folder: DataFolder,
  took: number,
): string {
  const data = options.data === undefined ? "" : ` --data ${shown(folder.path)}`;
  const call = `npx -y deno@2.9.6 task call${data}`;
  // Without the demo tenant nobody answers yet.
  const next = demo
    ? [call, `${call} --digits 2,1 --json`]
    : ["npx -y deno@2.9.6 task call --help", `curl ${stack.url}/functions/v1/ivr/openapi.json`];
  const page = stack.page === undefined ? "" : `
  studio          ${stack.page.studioLink}
  api page        ${stack.page.apiLink}`;
  return `
  for a tunnel    ${stack.providerUrl}   (only what phone providers may call)${page}
  keys            ${shown(folder.details)}
  started in      ${(took / 1000).toFixed(1)} s

ready ${stack.url}

  ${next.join("\n  ")}
  curl ${stack.url}/functions/v1/health/ready

`;
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A path as a person here would type it. */
function shown(path: string): string {
  const short = relative(Deno.cwd(), path);
  return short === "" ? "." : short.startsWith("..") ? path : short;
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) await exitWith(main(Deno.args));
