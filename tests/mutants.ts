/**
 * Takes the guards out one by one and expects the tests that watch them to turn red, as
 * `deno task test:mutants` does. A guard whose removal nobody notices is a guard nobody tests.
 *
 * Usage: deno run -A tests/mutants.ts [part of a guard's name …]
 */
import { dirname, join } from "node:path";

/** A guard, where it stands, what the tree is without it, and who should notice. */
interface Mutant {
  readonly guard: string;
  readonly file: string;
  /** The text that makes the guard; it must occur exactly once. */
  readonly code: string;
  /** What stands there instead. */
  readonly without: string;
  readonly tests: readonly string[];
}

const TURNS = "supabase/migrations/20261120000700_ivr_turns.sql";
const CALLS = "supabase/migrations/20261120000600_calls.sql";
const MENUS = "supabase/migrations/20261120000400_ivr_menus.sql";
const PHONES = "supabase/migrations/20261120000500_phone_connections.sql";
const AUDIT = "supabase/migrations/20261120000300_audit.sql";

const MUTANTS: readonly Mutant[] = [
  {
    guard: "compare-and-swap on the session's step",
    file: TURNS,
    code: "where id = p_session_id and step = p_step and ended_at is null",
    without: "where id = p_session_id and ended_at is null",
    tests: ["tests/functions/ivr/race_test.ts"],
  },
  {
    guard: "one session for one call",
    file: TURNS,
    code: "    on conflict (connection_id, session_id) do nothing\n",
    without: "",
    tests: ["tests/functions/ivr/race_test.ts"],
  },
  {
    guard: "the reply that was committed first",
    file: TURNS,
    code:
      "    return (select t.reply from public.ivr_turns t where t.session_id = p_session_id and t.step = p_step);",
    without: "    return p_reply;",
    tests: ["tests/functions/ivr/race_test.ts"],
  },
  {
    guard: "the stored reply of a repeat",
    file: "shared/ivr/take_turn.ts",
    code: "  if (loaded.reply !== null) return loaded.reply;\n",
    without: "",
    tests: ["tests/functions/ivr/call_test.ts"],
  },
  {
    guard: "a call that has ended stays ended",
    file: TURNS,
    code: "where l.connection_id = p_connection_id and l.ended_at is null",
    without: "where l.connection_id = p_connection_id",
    tests: ["tests/functions/ivr/call_test.ts"],
  },
  {
    guard: "a call id belongs to the connection that used it first",
    file: TURNS,
    code:
      "where provider = v_connection.provider and provider_call_id = p_call_id and connection_id = p_connection_id;",
    without: "where provider = v_connection.provider and provider_call_id = p_call_id;",
    tests: ["tests/functions/ivr/call_test.ts"],
  },
  {
    guard: "the provider's signature",
    file: "supabase/functions/ivr/provider_request.ts",
    code: "if (!provider.verify(request, await openSecrets(connection))) {",
    without:
      'if (!provider.verify(request, await openSecrets(connection)) && connection.id === "") {',
    tests: ["tests/functions/ivr/bad_input_test.ts"],
  },
  {
    guard: "the step token's binding to its call",
    file: "shared/ivr/step_token.ts",
    code: "JSON.stringify([connectionId, callId, step])",
    without: "JSON.stringify([connectionId, callId.length, step])",
    tests: ["tests/shared/ivr/step_token_test.ts"],
  },
  {
    guard: "row level security of sessions",
    file: CALLS,
    code: "alter table public.ivr_sessions enable row level security;\n",
    without: "",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "the owner in a policy",
    file: CALLS,
    code: `create policy "Owners can read their calls" on public.call_logs
  for select to authenticated using (user_id = (select private.account_id()));`,
    without: `create policy "Owners can read their calls" on public.call_logs
  for select to authenticated using (true);`,
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "the owner of a menu that is published",
    file: MENUS,
    code: "where id = p_menu_id and user_id = p_user_id for update;",
    without: "where id = p_menu_id for update;",
    tests: ["tests/database/ownership_test.ts"],
  },
  {
    guard: "the protected columns of menus",
    file: MENUS,
    code: `create trigger refuse_protected_columns before insert or update on public.ivr_menus
  for each row execute function private.refuse_protected_columns('published_version_id', 'created_at=now()', 'updated_at=now()');\n`,
    without: "",
    tests: ["tests/database/protected_columns_test.ts"],
  },
  {
    guard: "the owner in the key of a number's menu",
    file: PHONES,
    code:
      "foreign key (connection_id, user_id)\n    references public.phone_connections (id, user_id) on delete cascade",
    without:
      "foreign key (connection_id)\n    references public.phone_connections (id) on delete cascade",
    tests: ["tests/database/protected_columns_test.ts"],
  },
  {
    guard: "publications of one menu take turns",
    file: MENUS,
    code: "where id = p_menu_id and user_id = p_user_id for update;",
    without: "where id = p_menu_id and user_id = p_user_id;",
    tests: ["tests/database/publish_test.ts"],
  },
  {
    guard: "appends to an audit chain take turns",
    file: AUDIT,
    code: "from private.audit_heads where subject_id = v_subject for update;",
    without: "from private.audit_heads where subject_id = v_subject;",
    tests: ["tests/database/audit_test.ts"],
  },
  {
    guard: "the trail is append-only",
    file: AUDIT,
    code:
      "create trigger refuse_change before update or delete on public.audit_logs\n  for each row execute function private.refuse_change();\n",
    without: "",
    tests: ["tests/database/audit_test.ts"],
  },
  {
    guard: "a partition cannot be emptied past its parent",
    file: AUDIT,
    code:
      `        execute format('create trigger refuse_truncate before truncate on private.%I for each statement execute function private.refuse_change()', v_name);\n`,
    without: "",
    tests: ["tests/database/audit_test.ts"],
  },
  {
    guard: "one process per data folder",
    file: "local/start/lock.ts",
    code: "if (await file.tryLock(true)) return file;",
    without: "if (await file.tryLock(false)) return file;",
    tests: ["tests/local/start_test.ts"],
  },
];

const ROOT = join(import.meta.dirname ?? ".", "..");
const wanted = Deno.args;
const chosen = MUTANTS.filter(({ guard }) =>
  wanted.length === 0 || wanted.some((part) => guard.includes(part))
);

const survivors: string[] = [];
for (const mutant of chosen) {
  const start = performance.now();
  const verdict = await judge(mutant);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${verdict.padEnd(8)} ${mutant.guard} (${seconds} s)`);
  if (verdict !== "killed") survivors.push(mutant.guard);
}
console.log(`${chosen.length - survivors.length} passed, ${survivors.length} failed`);
Deno.exit(survivors.length > 0 || chosen.length === 0 ? 1 : 0);

/** Runs the tests on a copy of the tree without the guard. Only failed tests kill; a broken tree does not. */
async function judge(mutant: Mutant): Promise<"killed" | "survived" | "broken"> {
  const copy = await Deno.makeTempDir({ prefix: "switchboard-mutant-" });
  try {
    await copyTree(copy);
    await removeGuard(mutant, join(copy, mutant.file));
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "tests/run.ts", ...mutant.tests],
      cwd: copy,
      stdin: "null",
    }).output();
    const [, failed] = /^\d+ passed, (\d+) failed/m.exec(new TextDecoder().decode(stdout)) ?? [];
    if (success) return "survived";
    return Number(failed) > 0 ? "killed" : "broken";
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** Everything that git knows or would know of. */
async function copyTree(to: string): Promise<void> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  for (const file of new TextDecoder().decode(stdout).split("\0").filter(Boolean)) {
    await Deno.mkdir(dirname(join(to, file)), { recursive: true });
    await Deno.copyFile(join(ROOT, file), join(to, file)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

async function removeGuard({ guard, code, without }: Mutant, path: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  if (text.split(code).length !== 2) {
    throw new Error(`"${guard}" does not stand exactly once in its file`);
  }
  await Deno.writeTextFile(path, text.replace(code, () => without));
}
