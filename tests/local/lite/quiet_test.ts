import assert from "node:assert/strict";
import { quietly } from "#local/lite/quiet.ts";
import { setLogSink } from "#shared/log.ts";
import { testStack } from "#tests/support/stack.ts";

// Before anything else, so that it stands behind what is being tested.
const printed: unknown[] = [];
console.error = (...values: unknown[]) => printed.push(...values);

/** What was printed since the last time. */
const taken = () => Deno.inspect(printed.splice(0), { depth: 9 });

Deno.test("only what is printed by the work itself is left out", async () => {
  const gate = Promise.withResolvers<void>();
  const work = quietly(async () => {
    console.error("inside");
    await gate.promise;
    console.error("inside, later");
  });
  console.error("beside");
  gate.resolve();
  await work;
  console.error("after");
  assert.equal(taken(), '[ "beside", "after" ]');
});

Deno.test("a failure in the database is logged with its code, without statement and parameters", async () => {
  await using stack = await testStack();
  const lines: string[] = [];
  setLogSink((line) => lines.push(line));
  await stack.database.exec(
    `create table public.fragile (id integer primary key, secret text);
     create function public.fail() returns trigger language plpgsql as $$
       begin raise exception using errcode = '40001', message = new.secret; end $$;
     create trigger fail before insert on public.fragile for each row execute function public.fail();
     grant all on public.fragile to service_role`,
  );
  await stack.reloadSchema();
  const { status } = await stack.admin.from("fragile").insert({ id: 1, secret: "s3cret" });
  assert.equal(status, 500);
  assert.equal(taken(), "[]");
  assert.equal(lines.length, 1);
  assert.match(lines.join(), /"event":"data api failed".*"code":"40001"/);
  assert.doesNotMatch(lines.join(), /s3cret/);
});
