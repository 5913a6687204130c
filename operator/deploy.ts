import { exitWith, LocalFailure } from "#local/failure.ts";
import { ROOT } from "#local/paths.ts";
import { showSteps } from "#local/start/steps.ts";
import { ProjectDatabase } from "./deploy/database.ts";
import { HELP, type Options, parseOptions } from "./deploy/options.ts";
import { describeProject, type Project } from "./deploy/project.ts";
import { firstFault } from "./deploy/read_json.ts";
import { changedSecrets, checkSecrets, readSecrets, type Secrets } from "./deploy/secrets.ts";
import { checkSigningKey } from "./deploy/signing_key.ts";
import { smokeTest } from "./deploy/smoke.ts";
import { functionNames } from "./deploy/staging.ts";
import { deployFunctions, setSecrets, type Target } from "./deploy/steps.ts";
import { type CliOutcome, supabase, SUPABASE_CLI } from "./supabase_cli.ts";

/** The secrets that no deployment does without, and what else will do. */
const REQUIRED = [
  ["SWITCHBOARD_ENCRYPTION_KEYS"],
  ["SWITCHBOARD_SIGNING_KEY", "SWITCHBOARD_JWT_SECRET"],
];

const step = showSteps(write);

/** Deploys what the arguments ask for and gives the exit code. */
async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  if (!options.yes && !options.check && !Deno.stdin.isTerminal()) {
    throw new LocalFailure(
      "There is no terminal to ask in; --yes goes on without, --check only looks",
    );
  }
  const target = { ref: options.ref, profile: options.profile };
  const database = new ProjectDatabase(target, options.databaseUrl);
  const secrets = await readSecrets(options.envFile);
  checkSecrets(secrets, options.apiUrl);
  const project = await step("project", () => checkProject(target, secrets, options));
  const pending = options.functionsOnly
    ? []
    : await step("database", () => database.pendingMigrations());
  const names = await functionNames();
  show({ project, pending, names, secrets });
  if (options.check) return 0;
  if (!options.yes && !confirm(`Deploy to ${project.name}?`)) {
    console.log("Nothing was changed");
    return 1;
  }
  await deploy({ target, options, database, project, names });
  write(goingBack(await commit()));
  return 0;
}

/** @throws {LocalFailure} for everything that a deploy would fail by, before it changes anything. */
async function checkProject(
  target: Target,
  secrets: Secrets,
  { apiUrl, envFile }: Options,
): Promise<Project> {
  const { success } = await supabase(["--version"]);
  if (!success) throw new LocalFailure(`npx cannot bring ${SUPABASE_CLI}`);
  const project = await describeProject(target);
  for (const names of REQUIRED) {
    if (!names.some((name) => name in secrets || project.secrets.has(name))) {
      throw new LocalFailure(
        `${names.join(" or ")} is set neither in ${envFile} nor in the project`,
      );
    }
  }
  const { SWITCHBOARD_SIGNING_KEY: signingKey } = secrets;
  if (signingKey !== undefined) await checkSigningKey(signingKey, apiUrl);
  return project;
}

interface Plan {
  readonly project: Project;
  readonly pending: readonly string[];
  readonly names: readonly string[];
  readonly secrets: Secrets;
}

function show({ project, pending, names, secrets }: Plan): void {
  const { added, changed } = changedSecrets(secrets, project.secrets);
  const gone = [...project.functions.keys()].filter((name) => !names.includes(name));
  const lines = {
    migrations: pending.length === 0 ? "nothing to apply" : `apply ${pending.join(", ")}`,
    "new secrets": added.join(", ") || "none",
    "changed secrets": changed.join(", ") || "none",
    "new functions": names.filter((name) => !project.functions.has(name)).join(", ") || "none",
    "replaced functions": names.filter((name) => project.functions.has(name)).join(", ") || "none",
    "left alone": gone.join(", ") || "none",
  };
  write(`\n  ${project.name}\n`);
  for (const [what, which] of Object.entries(lines)) write(`  ${what.padEnd(20)}${which}\n`);
  if (changed.includes("SWITCHBOARD_ENCRYPTION_KEYS")) {
    write("  What is sealed with a key that is no longer in the ring cannot be read again.\n");
  }
  write("\n");
}

interface Work {
  readonly target: Target;
  readonly options: Options;
  readonly database: ProjectDatabase;
  readonly project: Project;
  readonly names: readonly string[];
}

/** In this order whatever was there goes on working at each step: functions need their schema first. */
async function deploy({ target, options, database, project, names }: Work): Promise<void> {
  const { apiUrl, envFile } = options;
  const { default: operatorKey = "", cron: cronKey = "" } = project.secretKeys;
  if (!options.functionsOnly) {
    await step("migrations", () => database.push());
    await step("vault", () => database.fillVault(`${apiUrl}/functions/v1`, cronKey));
  }
  await step("secrets", () => orFail("The secrets", setSecrets(target, envFile)));
  await step("functions", () => orFail("The functions", deployFunctions(target)));
  await step("smoke test", () => smokeTest(apiUrl, names, operatorKey));
}

async function orFail(what: string, work: Promise<CliOutcome>): Promise<void> {
  const { success, stderr } = await work;
  if (!success) throw new LocalFailure(`${what}: ${firstFault(stderr)}`);
}

/** What was deployed, as git knows it. */
async function commit(): Promise<string> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["describe", "--always", "--tags", "--dirty"],
    cwd: ROOT,
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : "this clone";
}

function goingBack(deployed: string): string {
  return `
deployed ${deployed}

  To go back, check out what was deployed before and run this again with --functions-only.
  Migrations only go forward, and functions of the version before run on the newer schema. What
  must be undone in the data itself is in the project's backups.
`;
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) await exitWith(main(Deno.args));
