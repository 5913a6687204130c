import type { Directive } from "../directive.ts";
import type { Input } from "../input.ts";

/** A provider's request as it arrived: what signatures are computed over. */
export interface ProviderRequest {
  /** The public URL that the provider called, with path and query exactly as sent. */
  readonly url: string;
  readonly headers: Headers;
  /** The raw body. */
  readonly body: string;
}

/** Which call a request is about. */
export interface ProviderCall {
  readonly callId: string;
  /** The provider's name for the account; null where it sends none. */
  readonly accountId: string | null;
  /** E.164 or a SIP address; null for a withheld number. What is neither stays as it was sent. */
  readonly from: string | null;
  /** The number called, likewise. */
  readonly to: string | null;
}

/** A change in the life of a call. */
export interface CallStatus {
  readonly status:
    | "queued"
    | "initiated"
    | "ringing"
    | "in-progress"
    | "completed"
    | "busy"
    | "failed"
    | "no-answer"
    | "canceled";
  /** The provider's own count of the call's statuses; null where it sends none. */
  readonly sequence: number | null;
  readonly durationSeconds: number | null;
}

/** Where a provider keeps recordings, and how it is asked for one. */
export interface RecordingSource {
  /**
   * Host and path of what is asked with the connection's secrets, each pattern from its beginning
   * on. A secret goes nowhere else.
   */
  readonly api: readonly RegExp[];
  /** Host and path of what is asked without: where recordings are announced to be, or redirected to. */
  readonly media: readonly RegExp[];
  /**
   * What its API is asked with: nothing, because URLs are signed; basic auth of account and signing
   * secret; basic auth of account and API secret; or a JWT signed with an application's private key.
   */
  readonly asks: "nothing" | "signing_secret" | "api_secret" | "application_key";
  /** Whether a URL names a recording whose format is chosen by an extension. */
  readonly takesExtension: boolean;
}

/** A recording as its provider announces it. */
export interface Recording {
  readonly recordingId: string;
  /** Where the provider keeps it; null where nothing came of it. */
  readonly url: string | null;
  readonly durationSeconds: number | null;
}

/** Where a rendered document sends the caller next. */
export interface TurnLinks {
  /** Absolute URL of the next turn, step token included. */
  readonly turn: string;
  /** Absolute URL at which the provider announces recordings. */
  readonly recording: string;
  /** The call that the document is for, to be named in URLs where a provider's events do not name it. */
  readonly callId: string;
}

/** What an owner's entry must look like. Only what cannot be right is refused: forms change. */
export interface EntryForm {
  /** What it is, for whoever entered something else. */
  readonly description: string;
  /** The entry as it is kept, or null for a text that cannot be one. */
  read(text: string): string | null;
}

/** A setting of a provider's console, and which of our URLs is entered there. */
export interface ConsoleSetting {
  /** As the console names it. */
  readonly setting: string;
  readonly url: "voice" | "status";
  readonly method: "POST";
}

/** What an owner enters to connect an account: here, and in the provider's console. */
export interface Connecting {
  /** What requests are verified with. */
  readonly signingSecret: EntryForm;
  /** What the API is asked with for recordings, in the name of the account, where it is another. */
  readonly apiSecret?: EntryForm;
  /** What its requests name the account by; anything where it is not known what that looks like. */
  readonly account?: EntryForm;
  readonly settings: readonly ConsoleSetting[];
  /** The setting for the address of the fallback document. */
  readonly fallbackSetting: string;
}

/**
 * One phone provider's dialect: how it signs, what it sends, what it understands.
 *
 * Everything here is pure. Parsers throw a `Problem` that names what is wrong with the request.
 */
export interface Provider {
  readonly name: string;
  /** Content type of the requests it posts. */
  readonly accepts: string;
  /** Content type of the documents it understands. */
  readonly contentType: string;
  readonly connecting: Connecting;
  /** Whether one of the connection's secrets signed this request, lately where it carries a time. */
  verify(request: ProviderRequest, secrets: readonly string[], now: Date): boolean;
  /** @throws {Problem} `missing_call_id`, `invalid_request` */
  parseCall(request: ProviderRequest): ProviderCall;
  /**
   * What the caller did; null for news that is no turn, because what the last document began is
   * still going on.
   *
   * @throws {Problem} `invalid_digits`, `invalid_request`
   */
  parseInput(request: ProviderRequest): Input | null;
  /**
   * What became of the call; null for news that is no status.
   *
   * @throws {Problem} `invalid_request`
   */
  parseStatus(request: ProviderRequest): CallStatus | null;
  readonly recordings: RecordingSource;
  /** @throws {Problem} `invalid_request` */
  parseRecording(request: ProviderRequest): Recording;
  /**
   * The document that makes a phone do what the directives say.
   *
   * @throws {Problem} `invalid_menu` when it would be larger than every provider reads.
   */
  render(directives: readonly Directive[], links: TurnLinks): string;
}
