import { join } from "node:path";
import { deployFunctions, setSecrets, type Target } from "../deploy/steps.ts";
import { type KnownProject, type ManagementApi, startManagementApi } from "./management_api.ts";

/** A platform that is a stand-in, and how the CLI reaches it. */
export interface StandIn extends AsyncDisposable {
  readonly api: ManagementApi;
  readonly target: Target;
  /** Has the real CLI upload every function. */
  upload(): Promise<void>;
  /** Has the real CLI set these secrets, from a file as an operator has it. */
  setSecrets(secrets: Readonly<Record<string, string>>): Promise<void>;
}

/** The project that a rehearsal deploys to. */
const PROJECT: KnownProject = {
  ref: "rehearsalrehearsalre",
  name: "Rehearsal",
  status: "ACTIVE_HEALTHY",
  secretKeys: { default: "sb_secret_operator", cron: "sb_secret_cron" },
};
const TOKEN = `sbp_${"0".repeat(40)}`;

/** Starts a platform on this machine, which has one project. */
export async function startStandIn(project: KnownProject = PROJECT): Promise<StandIn> {
  const api = startManagementApi(project, TOKEN);
  const folder = await Deno.makeTempDir({ prefix: "switchboard-rehearsal-" });
  const profile = join(folder, "profile.yaml");
  await Deno.writeTextFile(
    profile,
    `name: rehearsal
api_url: ${api.url}
dashboard_url: ${api.url}
project_host: rehearsal.invalid
pooler_host: rehearsal.invalid
`,
  );
  const target = { ref: project.ref, profile, env: { SUPABASE_ACCESS_TOKEN: TOKEN } };
  return {
    api,
    target,
    async upload() {
      const { success, stdout, stderr } = await deployFunctions(target);
      if (!success) throw new Error(`functions deploy failed:\n${stdout}${stderr}`);
    },
    async setSecrets(secrets) {
      const file = join(folder, ".env");
      const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
      await Deno.writeTextFile(file, lines.join(""), { mode: 0o600 });
      const { success, stdout, stderr } = await setSecrets(target, file);
      if (!success) throw new Error(`secrets set failed:\n${stdout}${stderr}`);
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
