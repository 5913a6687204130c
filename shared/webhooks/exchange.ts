import type { Dispatcher } from "undici";
import { answerText, MAX_ANSWER_BYTES } from "./answer_text.ts";
import { connectionFault } from "./connection_fault.ts";
import { DeliveryFault } from "./fault.ts";
import type { Answer } from "./judgement.ts";

/**
 * How much of an answer is read, in bytes. What is longer than that is no answer to a webhook; what is
 * shorter but longer than a log keeps, such as the page of some framework, still is one.
 */
const MAX_READ_BYTES = 262_144;

/** A header as undici gives it. */
type Header = string | string[] | undefined;

/**
 * One request and its answer, under one deadline from the resolver to the last byte of the body, which
 * `Exchanges` watches. Of a body the beginning is kept; where it does not end, the connection is cut.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** When it must be over, by `performance.now()`. */
  readonly endsAt: number;
  readonly #settled = Promise.withResolvers<Answer>();
  readonly #chunks: Uint8Array[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #head: Pick<Answer, "status" | "retryAfter" | "instruction"> | undefined;
  #bytes = 0;
  #isOver = false;

  /** @param deadlineMs how long it may take, in milliseconds from now. */
  constructor(private readonly deadlineMs: number) {
    this.endsAt = performance.now() + deadlineMs;
  }

  /** What came back; never rejects. */
  get answer(): Promise<Answer> {
    return this.#settled.promise;
  }

  /** Ends it where it is. */
  abandon(): void {
    this.#cut(new DeliveryFault("connection_lost", "The connection was cut by the sender"));
  }

  /** Ends it for the time that it took. */
  expire(): void {
    const message = `No whole answer within ${this.deadlineMs / 1_000} s`;
    this.#cut(new DeliveryFault("timed_out", message));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The deadline passed while the connection was being made.
    if (this.#isOver) controller.abort(new Error("Too late to send"));
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // An informational answer is followed by the real one.
    if (status < 200) return;
    this.#head = {
      status,
      retryAfter: lastOf(headers["retry-after"]),
      instruction: lastOf(headers["webhook-delivery"])?.toLowerCase(),
    };
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#isOver) return;
    // A copy: the parser writes its next chunk over this one.
    const room = MAX_ANSWER_BYTES - this.#bytes;
    if (room > 0) this.#chunks.push(chunk.slice(0, room));
    this.#bytes += chunk.byteLength;
    if (this.#bytes <= MAX_READ_BYTES) return;
    const message = `The answer is larger than ${MAX_READ_BYTES} bytes`;
    this.#cut(new DeliveryFault("response_too_large", message));
  }

  onResponseEnd(): void {
    this.#settle(undefined);
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: unknown): void {
    this.#settle(connectionFault(error, this.#controller !== undefined));
  }

  #cut(fault: DeliveryFault): void {
    this.#settle(fault);
    this.#controller?.abort(fault);
  }

  #settle(fault: DeliveryFault | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#settled.resolve({
      ...(this.#head ?? { status: null, retryAfter: undefined, instruction: undefined }),
      body: this.#head === undefined ? null : answerText(this.#chunks),
      fault,
    });
  }
}

function lastOf(header: Header): string | undefined {
  return (Array.isArray(header) ? header.at(-1) : header)?.trim();
}
