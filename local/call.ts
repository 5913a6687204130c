import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { DATA } from "./paths.ts";
import {
  type Entry,
  formatEntry,
  type Line,
  lineTo,
  parseScript,
  placeCall,
  Provider,
  readStackFile,
  scriptedCaller,
  ScriptError,
  StackFileError,
  terminalCaller,
} from "./phone/mod.ts";

const TOKEN_VARIABLE = "SWITCHBOARD_CALL_AUTH_TOKEN";

const HELP = `Dials the running stack and goes through its menus, as a phone provider would.

Usage: deno task call [options]

In a terminal, press the keys 0-9 * # A-D; h or Ctrl-C hangs up.

  --digits LIST      press these keys instead, without a terminal: what is pressed at successive
                     prompts, separated by commas; - or nothing is silence, h hangs up.
                     Time does not pass, but for a second of each pause: silence costs
                     the caller nothing.
  --json             print the call as one JSON object (needs --digits)
  --verbose          print each request too

  --data DIR         the stack's data folder, where local.json is   (supabase/.temp)
  --url URL          where the stack listens                        (from local.json)
  --public-url URL   its SWITCHBOARD_PUBLIC_URL, if that is another (from local.json)
  --provider NAME    stand in for twilio, signalwire, telnyx, plivo or vonage
                                                                    (from local.json)
  --connection ID    dial a number of this connection               (the demo's)
  --auth-token TOKEN what the connection's requests are signed with; better given
                     as ${TOKEN_VARIABLE}; for telnyx the private
                     half of the key pair: base64 of 32 bytes
  --account ID       the account that the requests name             (made up)
  --to NUMBER        dial this number                               (the demo's)
  --from NUMBER      call from this number                          (+15550100199)

  --dial OUTCOME     what transfers come to: completed, busy, no-answer, failed (completed)
  --speak SECONDS    how long a recording is spoken into, 0 for not at all      (3)
  --progress         report initiated, ringing and in-progress too, not only the end
  --field NAME=VALUE send this parameter too, or instead (may be repeated)

Exits with 0 if the call went well, 1 if it failed, 2 if it could not be placed.`;

const Options = z.object({
  digits: z.string().optional(),
  json: z.boolean(),
  verbose: z.boolean(),
  data: z.string(),
  url: z.url({ protocol: /^https?$/, error: "is not an http address" }).optional(),
  "public-url": z.url({ protocol: /^https?$/, error: "is not an http address" }).optional(),
  provider: Provider.optional(),
  connection: z.string().min(1).optional(),
  "auth-token": z.string().min(1).optional(),
  account: z.string().min(1).optional(),
  to: z.string().min(1).optional(),
  from: z.string().min(1).optional(),
  dial: z.enum(["completed", "busy", "no-answer", "failed"]),
  speak: z.coerce.number("is not a number of seconds").int().min(0),
  progress: z.boolean(),
  field: z.array(z.string().regex(/^[^=]+=/, "is not NAME=VALUE")),
});
type Options = z.infer<typeof Options>;

/** Thrown for a command line that cannot be understood; the message is one sentence. */
class UsageError extends Error {
  override name = "UsageError";
}

/** Reads the command line; undefined where it asks for help. */
function parseOptions(args: readonly string[]): Options | undefined {
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({
      args: joined(args),
      options: {
        help: { type: "boolean", default: false },
        digits: { type: "string" },
        json: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
        data: { type: "string", default: DATA },
        url: { type: "string" },
        "public-url": { type: "string" },
        provider: { type: "string" },
        connection: { type: "string" },
        "auth-token": { type: "string" },
        account: { type: "string" },
        to: { type: "string" },
        from: { type: "string" },
        dial: { type: "string", default: "completed" },
        speak: { type: "string", default: "3" },
        progress: { type: "boolean", default: false },
        field: { type: "string", multiple: true, default: [] },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) return undefined;
  const parsed = Options.safeParse(values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UsageError(`--${issue?.path[0]?.toString()}: ${issue?.message}`);
  }
  if (parsed.data.json && parsed.data.digits === undefined) {
    throw new UsageError("--json needs --digits");
  }
  return parsed.data;
}

/** Lets `--digits -,2` through, whose list would be taken for an option. */
function joined(args: readonly string[]): string[] {
  const at = args.indexOf("--digits");
  const list = args[at + 1];
  return at < 0 || list === undefined
    ? [...args]
    : [...args.slice(0, at), `--digits=${list}`, ...args.slice(at + 2)];
}

async function chooseLine(options: Options): Promise<Line> {
  const authToken = options["auth-token"] ?? Deno.env.get(TOKEN_VARIABLE);
  const { url, connection, to } = options;
  const given = { accountId: options.account, publicUrl: options["public-url"] };
  if (connection !== undefined && authToken === undefined) {
    throw new UsageError(`--connection needs its auth token: set ${TOKEN_VARIABLE}`);
  }
  if (url !== undefined && connection !== undefined && to !== undefined && authToken) {
    const provider = options.provider ?? "twilio";
    return { url, provider, connectionId: connection, authToken, to, ...given };
  }
  const line = lineTo(await readStackFile(join(options.data, "local.json")));
  return {
    url: url ?? line.url,
    provider: options.provider ?? line.provider,
    connectionId: connection ?? line.connectionId,
    authToken: authToken ?? line.authToken,
    to: to ?? line.to,
    accountId: given.accountId,
    publicUrl: given.publicUrl ?? line.publicUrl,
  };
}

/** Prints entries as they happen; keys that were echoed while being pressed are not printed twice. */
function printer(verbose: boolean) {
  const colour = Deno.stdout.isTerminal() && !Deno.noColor;
  let echoing = false;
  const write = (text: string) => {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  };
  return {
    key(key: string) {
      write(echoing ? key : `⌨  ${key}`);
      echoing = true;
    },
    hint: (hint: string) => write(`·  ${hint}\n`),
    entry(entry: Entry) {
      if (echoing) write("\n");
      const echoed = echoing && entry.kind === "pressed";
      echoing = false;
      const line = echoed ? undefined : formatEntry(entry, { colour, requests: verbose });
      if (line !== undefined) write(`${line}\n`);
    },
  };
}

/** Places the call that the arguments ask for and gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  const items = options.digits === undefined ? undefined : parseScript(options.digits);
  if (items === undefined && !Deno.stdin.isTerminal()) {
    throw new UsageError("There is no terminal to press keys in; give them with --digits");
  }
  const line = await chooseLine(options);
  const print = printer(options.verbose);
  if (items === undefined) print.hint("press 0-9 * #; h hangs up");
  const terminal = items === undefined
    ? terminalCaller(Deno.stdin, { onKey: print.key, onHint: print.hint })
    : undefined;
  try {
    const transcript = await placeCall({
      line,
      caller: terminal ??
        scriptedCaller(items ?? [], { speakSeconds: options.speak, holdSeconds: 1 }),
      from: options.from,
      dial: options.dial,
      progress: options.progress,
      extra: options.field.map((field) => {
        const at = field.indexOf("=");
        return [field.slice(0, at), field.slice(at + 1)];
      }),
      onEntry: options.json ? undefined : print.entry,
    });
    if (options.json) console.log(JSON.stringify(transcript, undefined, 2));
    return transcript.ok ? 0 : 1;
  } finally {
    await terminal?.close();
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const known = error instanceof UsageError || error instanceof ScriptError ||
      error instanceof StackFileError;
    if (!known) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}
