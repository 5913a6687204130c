import assert from "node:assert/strict";
import { createDatabase, withPool } from "#tests/support/databases.ts";
import {
  incomingCall,
  newLine,
  type Parameters,
  type PhoneLine,
  readTwiml,
  twilioRequest,
} from "#tests/support/phone_line.ts";
import { newDeployment, type StackProcess, startProcess } from "#tests/support/processes.ts";
import { newTenant } from "#tests/support/stack.ts";

/**
 * Races every callback of some calls against itself: twenty deliveries at once, spread over several
 * processes on one database. All must get the same bytes, and each call have three turns.
 */
export async function raceProcesses(options: { processes: number; rounds: number }): Promise<void> {
  await using database = await createDatabase();
  const deployment = newDeployment({ kind: "postgres", url: database.url });
  // The first makes what the others find.
  const processes = [await startProcess(deployment)];
  try {
    const more = Array.from({ length: options.processes - 1 }, () => startProcess(deployment));
    processes.push(...await Promise.all(more));
    const { url } = processes[0] ?? assert.fail();
    const line = await newLine(url, await newTenant(url, deployment.secrets, "owner"));
    for (let round = 0; round < options.rounds; round++) {
      await race(line, deployment.publicUrl, processes);
    }
  } finally {
    await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
  }
  const { rows } = await withPool(database.url, 1, (pool) =>
    pool.query(
      `select count(*)::int as turns, count(distinct s.id)::int as sessions, count(distinct l.id)::int as calls, max(s.step) as step
         from public.ivr_turns t join public.ivr_sessions s on s.id = t.session_id join public.call_logs l on l.id = s.call_log_id`,
    ));
  const { rounds } = options;
  assert.deepEqual(rows, [{ turns: 3 * rounds, sessions: rounds, calls: rounds, step: 3 }]);
}

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
