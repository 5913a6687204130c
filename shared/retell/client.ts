import type { z } from "zod";
import { Problem } from "#shared/http/problem.ts";
import {
  registeredCall,
  type RetellAgent,
  retellAgent,
  retellPage,
  type RetellPhoneNumber,
  retellPhoneNumber,
  type RetellVoice,
  retellVoice,
} from "./answers.ts";
import { type RetellCall, retellCall } from "./call.ts";
import { askRetell } from "./exchange.ts";

/** How long one exchange may take unless told otherwise, in milliseconds. */
const DEADLINE_MS = 10_000;

/** Whose account, and where. */
export interface RetellClientOptions {
  /** `retellUrl` of the environment. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** How long one exchange may take, in milliseconds. */
  readonly deadlineMs?: number;
  /** Ends every exchange. */
  readonly signal?: AbortSignal;
}

/** A call that is to be handed to one of Retell's agents. */
export interface CallToRegister {
  readonly agentId: string;
  readonly fromNumber: string | null;
  readonly toNumber: string | null;
  /** Comes back with every event of the call. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Which part of a list. */
export interface RetellPageQuery {
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** A part of a list, and what to ask for the next one with; null on the last page. */
export interface RetellPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** When calls began, in milliseconds since 1970. */
export interface Period {
  readonly since: number;
  readonly until: number;
}

/**
 * Retell's REST API for one account (https://docs.retellai.com/api-references), as far as it is used.
 *
 * Every method throws the {@linkcode Problem}s of {@linkcode askRetell}.
 *
 * @example
 * ```ts
 * const retell = new RetellClient({ baseUrl: env().retellUrl, apiKey });
 * const { callId } = await retell.registerPhoneCall({ agentId, fromNumber, toNumber, metadata: {} });
 * ```
 */
export class RetellClient {
  constructor(private readonly options: RetellClientOptions) {}

  /** Announces a call that will be dialled at `sip:{callId}@sip.retellai.com` within five minutes. */
  async registerPhoneCall(call: CallToRegister): Promise<{ callId: string }> {
    const { call_id } = await this.#ask("POST", "/v2/register-phone-call", registeredCall, {
      agent_id: call.agentId,
      direction: "inbound",
      ...call.fromNumber === null ? {} : { from_number: call.fromNumber },
      ...call.toNumber === null ? {} : { to_number: call.toNumber },
      metadata: call.metadata,
    });
    return { callId: call_id };
  }

  /** The account's agents. */
  async listAgents(page: RetellPageQuery): Promise<RetellPage<RetellAgent>> {
    return pageOf(
      await this.#ask("POST", `/v2/list-agents${queryOf(page)}`, retellPage(retellAgent), {}),
    );
  }

  /** Every voice that the account may use; Retell knows no pages of them. */
  async listVoices(): Promise<readonly RetellVoice[]> {
    return await this.#ask("GET", "/list-voices", retellVoice.array());
  }

  /** The account's numbers. */
  async listPhoneNumbers(page: RetellPageQuery): Promise<RetellPage<RetellPhoneNumber>> {
    return pageOf(
      await this.#ask(
        "GET",
        `/v2/list-phone-numbers${queryOf(page)}`,
        retellPage(retellPhoneNumber),
      ),
    );
  }

  /** The calls that began in a period, oldest first, so that new ones come after the last page. */
  async listCalls(period: Period, page: RetellPageQuery): Promise<RetellPage<RetellCall>> {
    return pageOf(
      await this.#ask("POST", "/v3/list-calls", retellPage(retellCall), {
        filter_criteria: {
          start_timestamp: { type: "range", op: "bt", value: [period.since, period.until] },
        },
        sort_order: "ascending",
        limit: page.limit,
        ...page.after === undefined ? {} : { pagination_key: page.after },
      }),
    );
  }

  async #ask<Schema extends z.ZodType>(
    method: "GET" | "POST",
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.output<Schema>> {
    const { baseUrl, apiKey, deadlineMs = DEADLINE_MS, signal } = this.options;
    const deadline = AbortSignal.timeout(deadlineMs);
    const answer = await askRetell({
      method,
      url: new URL(baseUrl + path),
      apiKey,
      body,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new Problem("retell_bad_answer", undefined, { cause: parsed.error });
  }
}

function queryOf({ limit, after }: RetellPageQuery): string {
  const query = new URLSearchParams({ limit: String(limit) });
  if (after !== undefined) query.set("pagination_key", after);
  return `?${query}`;
}

function pageOf<Item>(
  page: { items: Item[]; has_more: boolean; pagination_key?: string | null | undefined },
): RetellPage<Item> {
  return { items: page.items, next: page.has_more ? page.pagination_key || null : null };
}
