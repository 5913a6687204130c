import assert from "node:assert/strict";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import {
  incomingCall,
  newLine,
  type Parameters,
  type PhoneLine,
  readTwiml,
  twilioRequest,
} from "#tests/support/phone_line.ts";
import { newDeployment, type StackProcess, startProcess } from "#tests/support/processes.ts";
import { testStack } from "#tests/support/stack.ts";

const ROUNDS = Number(Deno.env.get("RACE_ROUNDS") ?? 5);

Deno.test(
  "Twenty deliveries of a callback to four processes get the same bytes and make one turn",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    const deployment = newDeployment(database.url);
    await using own = await testStack({
      databaseUrl: database.url,
      secrets: deployment.secrets,
      environment: { SWITCHBOARD_PUBLIC_URL: deployment.publicUrl },
    });
    const line = await newLine(own.url, await own.newTenant());
    const processes = await Promise.all(Array.from({ length: 4 }, () => startProcess(deployment)));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await race(line, deployment.publicUrl, processes);
      }
    } finally {
      await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
    }
    const [counts] = await own.database.query(
      `select count(*)::int as turns, count(distinct s.id)::int as sessions, count(distinct l.id)::int as calls, max(s.step) as step
       from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id join public.call_logs l on l.id = s.call_log_id`,
    );
    assert.deepEqual(counts, { turns: 3 * ROUNDS, sessions: ROUNDS, calls: ROUNDS, step: 3 });
  },
);

/** One call of three turns, each delivered twenty times at once, the last with differing digits. */
async function race(
  line: PhoneLine,
  publicUrl: string,
  processes: readonly StackProcess[],
): Promise<void> {
  const call = incomingCall(line);
  const deliver = async (signedUrl: string, parametersOf: (n: number) => Parameters) => {
    const replies = await Promise.all(Array.from({ length: 20 }, async (_, n) => {
      const process = processes[n % processes.length] ?? assert.fail();
      const url = signedUrl.replace(publicUrl, `${process.url}/functions/v1`);
      const response = await fetch(
        twilioRequest(url, parametersOf(n), line.authToken, { signedUrl }),
      );
      assert.equal(response.headers.get("x-problem-code"), null);
      return await readTwiml(response);
    }));
    assert.equal(new Set(replies.map(({ text }) => text)).size, 1);
    return replies[0]?.action ?? assert.fail();
  };
  const first = await deliver(line.urls.voice, () => call);
  const second = await deliver(first, () => ({ ...call, Digits: "1" }));
  await deliver(second, (n) => ({ ...call, Digits: n % 2 === 0 ? "*" : "7" }));
}
