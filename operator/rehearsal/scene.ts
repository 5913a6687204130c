import assert from "node:assert/strict";
import type { Demo } from "#local/demo.ts";

/** Where a scene is played. */
export interface Stage {
  /** The project's API. */
  readonly url: string;
  readonly demo: Demo;
  /** A token of the demo user. */
  readonly userToken: string;
  /** The operator's key. */
  readonly secretKey: string;
}

/** What a deployment must be able to do, tried from outside. */
export interface Scene {
  readonly name: string;
  /** Whether a function may reach this machine by name, as no hosted one may. */
  readonly loopback: boolean;
  /** @throws {Error} if it cannot. */
  play(stage: Stage): Promise<void>;
}

/** A request to a function that must be answered by one status. */
export interface Asked {
  readonly method?: string;
  readonly headers: Record<string, string>;
  readonly json?: unknown;
  readonly status: number;
}

/** Asks a function and gives its answer, as JSON; undefined for an empty one. */
export async function ask(url: string, path: string, asked: Asked): Promise<unknown> {
  const { method = asked.json === undefined ? "GET" : "POST", headers, json, status } = asked;
  const response = await fetch(`${url}/functions/v1${path}`, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    body: json === undefined ? null : JSON.stringify(json),
  });
  const text = await response.text();
  assert.equal(response.status, status, `${method} ${path} answered ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
