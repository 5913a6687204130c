import assert from "node:assert/strict";
import { isLoopback, parseDatabaseAddress } from "#shared/db/address.ts";

const PLAIN = {
  host: "db.example.com",
  port: 5432,
  user: "switchboard_hot",
  password: "secret",
  database: "postgres",
};

Deno.test("an address is read from its URL, with what was escaped in it", () => {
  const addresses: Record<string, object> = {
    "postgres://switchboard_hot:secret@db.example.com/postgres": PLAIN,
    "postgresql://switchboard_hot:secret@db.example.com:6543/postgres": { ...PLAIN, port: 6543 },
    "postgres://switchboard_hot.ref:a%40b%2Fc@db.example.com/my%20db": {
      ...PLAIN,
      user: "switchboard_hot.ref",
      password: "a@b/c",
      database: "my db",
    },
    "postgres://switchboard_hot@[::1]/postgres": { ...PLAIN, host: "::1", password: "" },
  };
  for (const [url, address] of Object.entries(addresses)) {
    assert.deepEqual(parseDatabaseAddress(url), address, url);
  }
});

Deno.test("nothing that stands after a question mark changes how the server is spoken to", () => {
  for (const query of ["sslmode=disable", "sslmode=no-verify", "host=/tmp", "options=-crole%3Dx"]) {
    assert.deepEqual(
      parseDatabaseAddress(`postgres://switchboard_hot:secret@db.example.com/postgres?${query}`),
      PLAIN,
    );
  }
});

Deno.test("a text that is no complete address is none", () => {
  const texts = [
    "",
    "db.example.com",
    "mysql://user:secret@db.example.com/postgres",
    "postgres:///postgres",
    "postgres://user:secret@db.example.com",
    "postgres://user:secret@db.example.com/",
    "postgres://db.example.com/postgres",
    "postgres://user:%zz@db.example.com/postgres",
  ];
  for (const text of texts) assert.equal(parseDatabaseAddress(text), undefined, text);
});

Deno.test("loopback is this machine and nothing that looks like it", () => {
  for (const host of ["localhost", "127.0.0.1", "127.8.9.10", "::1"]) {
    assert.equal(isLoopback(host), true, host);
  }
  const others = [
    "0.0.0.0",
    "127.0.0.1.example.com",
    "localhost.example.com",
    "10.0.0.1",
    "::2",
    "",
    "127.1.example.com",
  ];
  for (const host of others) assert.equal(isLoopback(host), false, host);
});
