import assert from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { createDatabase, hotUrl, onPostgres } from "#tests/support/databases.ts";
import {
  incomingCall,
  newLine,
  type Parameters,
  readTwiml,
  twilioRequest,
} from "#tests/support/phone_line.ts";
import { type Deployment, newDeployment, startProcess } from "#tests/support/processes.ts";
import { newTenant } from "#tests/support/stack.ts";
import { startRelay } from "#tests/support/wire.ts";

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

Deno.test(
  "A process that is killed between commit and reply leaves the reply to be given",
  onPostgres,
  async () => {
    await using database = await createDatabase();
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    const address = new URL(hotUrl(database.url));
    await using relay = startRelay(Number(address.port));
    address.port = String(relay.port);
    const deployment = newDeployment({ kind: "postgres", url: database.url });
    const first = await startProcess({
      ...deployment,
      environment: { SWITCHBOARD_DB_URL: address.href },
    });
    const line = await newLine(first.url, await newTenant(first.url, deployment.secrets, "owner"));
    const call = incomingCall(line);
    const post = (signedUrl: string, base: string, parameters: Parameters) => {
      const url = signedUrl.replace(deployment.publicUrl, `${base}/functions/v1`);
      return fetch(twilioRequest(url, parameters, line.authToken, { signedUrl }));
    };
    const { action } = await readTwiml(await post(line.urls.voice, first.url, call));

    // The database commits the turn, and the process never hears of it.
    relay.withhold("ivr_commit_known_turn");
    const lost = post(action, first.url, { ...call, Digits: "1" }).catch(() => undefined);
    const turns = () => admin.query("select reply from public.ivr_turns where step = 1");
    while ((await turns()).rowCount === 0);
    await first.kill();
    assert.equal(await lost, undefined);

    await using second = await startProcess(deployment);
    const again = await post(action, second.url, { ...call, Digits: "1" });
    const { rows } = await turns();
    assert.deepEqual(rows, [{ reply: await again.clone().text() }]);
    const sales = await readTwiml(again);
    assert.deepEqual(sales.said, ["This is sales."]);
    const main = await readTwiml(await post(sales.action, second.url, { ...call, Digits: "*" }));
    assert.deepEqual(main.said, ["This is main."]);
    await admin.end();
  },
);
