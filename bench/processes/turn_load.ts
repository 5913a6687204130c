/**
 * Calls a line as Twilio does: each client takes a call through its menu, key by key, and then the
 * next one. Every request is signed, every answer must be a document that asks for the next key.
 *
 * Usage: deno run -A bench/processes/turn_load.ts <line as JSON>
 */
import { createHmac, randomBytes } from "node:crypto";
import { z } from "zod";
import { HttpConnection } from "../support/http_connection.ts";
import { load, makeLoad } from "../support/load.ts";
import { takeOrders } from "../support/orders.ts";

/** How many keys are pressed in a call: down into a menu and back, fewer than a call may have turns. */
const KEYS = 40;

const line = z.object({
  number: z.string(),
  authToken: z.string(),
  voicePath: z.string(),
  url: z.string(),
  publicUrl: z.string(),
}).parse(JSON.parse(Deno.args[0] ?? ""));

class Caller implements Disposable {
  #callSid = "";
  #keys = KEYS;
  #path = line.voicePath;

  constructor(private readonly connection: HttpConnection) {}

  /** Begins a call or presses its next key. */
  async takeTurn(): Promise<boolean> {
    const isNew = this.#keys === KEYS;
    if (isNew) {
      this.#callSid = `CA${randomBytes(16).toString("hex")}`;
      this.#path = line.voicePath;
      this.#keys = 0;
    }
    const digits = this.#keys % 2 === 0 ? "*" : "1";
    this.#keys++;
    const { status, body } = await this.#post(isNew ? {} : { Digits: digits });
    const action = /action="([^"]+)"/.exec(body)?.[1]?.replaceAll("&amp;", "&");
    const isRight = status === 200 && action !== undefined &&
      body.includes(!isNew && digits === "1" ? "This is sales." : "This is main.");
    // What cannot be gone on with is followed by another call.
    if (action === undefined) this.#keys = KEYS;
    else this.#path = action.slice(line.publicUrl.length);
    return isRight;
  }

  #post(further: Readonly<Record<string, string>>) {
    const parameters: Record<string, string> = {
      CallSid: this.#callSid,
      AccountSid: `AC${"0".repeat(32)}`,
      From: "+15550100123",
      To: line.number,
      CallStatus: "in-progress",
      Direction: "inbound",
      ...further,
    };
    const signed = Object.keys(parameters).toSorted().map((name) => name + parameters[name]).join(
      "",
    );
    const signature = createHmac("sha1", line.authToken)
      .update(line.publicUrl + this.#path + signed).digest("base64");
    return this.connection.post(this.#path, new URLSearchParams(parameters).toString(), {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signature,
    });
  }

  [Symbol.dispose](): void {
    this.connection[Symbol.dispose]();
  }
}

await takeOrders({}, async (order) =>
  await makeLoad(load.parse(order), async () => {
    const caller = new Caller(await HttpConnection.open(line.url));
    return {
      work: () => caller.takeTurn(),
      [Symbol.asyncDispose]: () => Promise.resolve(caller[Symbol.dispose]()),
    };
  }));
Deno.exit();
