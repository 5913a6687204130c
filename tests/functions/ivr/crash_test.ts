import assert from "node:assert/strict";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import {
  incomingCall,
  newLine,
  type Parameters,
  readTwiml,
  twilioRequest,
} from "#tests/support/phone_line.ts";
import { type Deployment, newDeployment, startProcess } from "#tests/support/processes.ts";
import { newTenant } from "#tests/support/stack.ts";

/** Kills the process that answers a call in the middle of it, and goes on with the next one. */
async function killInTheMiddle(deployment: Deployment): Promise<void> {
  const first = await startProcess(deployment);
  const line = await newLine(first.url, await newTenant(first.url, deployment.secrets, "owner"));
  const call = incomingCall(line);
  const post = async (signedUrl: string, base: string, parameters: Parameters) => {
    const url = signedUrl.replace(deployment.publicUrl, `${base}/functions/v1`);
    return await readTwiml(
      await fetch(twilioRequest(url, parameters, line.authToken, { signedUrl })),
    );
  };
  const { action } = await post(line.urls.voice, first.url, call);
  const sales = await post(action, first.url, { ...call, Digits: "1" });
  await first.kill();

  await using second = await startProcess(deployment);
  // The provider saw the connection break and asks again: it gets the reply that was committed.
  assert.equal((await post(action, second.url, { ...call, Digits: "1" })).text, sales.text);
  const main = await post(sales.action, second.url, { ...call, Digits: "*" });
  assert.deepEqual(main.said, ["This is main."]);
}

Deno.test("A call goes on after the embedded stack was killed in the middle of it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "switchboard-crash-" });
  try {
    const data = {
      kind: "folder",
      path: `${folder}/database`,
      schemaCache: `${folder}/schema.json`,
    } as const;
    await killInTheMiddle(newDeployment(data));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("A call goes on in another process over the same Postgres", onPostgres, async () => {
  await using database = await createDatabase();
  await killInTheMiddle(newDeployment({ kind: "postgres", url: database.url }));
});
