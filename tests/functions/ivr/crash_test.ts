import assert from "node:assert/strict";
import { createDatabase, onPostgres } from "#tests/support/databases.ts";
import { incomingCall, newLine, readTwiml, twilioRequest } from "#tests/support/phone_line.ts";
import { newDeployment, startProcess } from "#tests/support/processes.ts";
import { testStack } from "#tests/support/stack.ts";

Deno.test(
  "A call goes on in another process when the one that answered it is killed",
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
    const call = incomingCall(line);
    const at = (signedUrl: string, base: string) =>
      signedUrl.replace(deployment.publicUrl, `${base}/functions/v1`);
    const post = async (signedUrl: string, base: string, parameters: typeof call) =>
      await readTwiml(
        await fetch(twilioRequest(at(signedUrl, base), parameters, line.authToken, { signedUrl })),
      );

    const first = await startProcess(deployment);
    const { action } = await post(line.urls.voice, first.url, call);
    const sales = await post(action, first.url, { ...call, Digits: "1" });
    await first.kill();
    await using second = await startProcess(deployment);
    // The provider saw the connection break and asks again: it gets the reply that was committed.
    assert.equal((await post(action, second.url, { ...call, Digits: "1" })).text, sales.text);
    assert.deepEqual((await post(sales.action, second.url, { ...call, Digits: "*" })).said, [
      "This is main.",
    ]);
  },
);
