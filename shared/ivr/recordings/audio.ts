/** How a kind of audio is stored. */
export interface AudioFormat {
  /** A type that the bucket takes. */
  readonly contentType: string;
  readonly extension: string;
}

const FORMATS: readonly (readonly [names: RegExp, format: AudioFormat])[] = [
  [/^audio\/(?:mpeg|mp3|x-mp3|x-mpeg|mpeg3)$/, { contentType: "audio/mpeg", extension: "mp3" }],
  [/^audio\/(?:wav|x-wav|wave|vnd\.wave)$/, { contentType: "audio/wav", extension: "wav" }],
  [/^(?:audio|application)\/(?:ogg|opus|x-ogg)$/, { contentType: "audio/ogg", extension: "ogg" }],
  [/^audio\/(?:mp4|x-m4a|m4a|aac)$/, { contentType: "audio/mp4", extension: "m4a" }],
  [/^audio\/webm$/, { contentType: "audio/webm", extension: "webm" }],
  [/^audio\/(?:flac|x-flac)$/, { contentType: "audio/flac", extension: "flac" }],
  [/^audio\/(?:basic|x-mulaw)$/, { contentType: "audio/basic", extension: "au" }],
];

/** What object stores say where nobody told them. */
const UNSPECIFIC = /^(?:application|binary)\/octet-stream$/;

/**
 * The format of an answer: by its content type, or by the file's extension where the type says
 * nothing; undefined for what is no audio that we keep.
 */
export function audioFormat(contentType: string, path: string): AudioFormat | undefined {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  const named = FORMATS.find(([names]) => names.test(type));
  if (named) return named[1];
  if (!UNSPECIFIC.test(type)) return undefined;
  const extension = /\.([a-z0-9]{2,4})$/i.exec(path)?.[1]?.toLowerCase();
  return FORMATS.find(([, format]) => format.extension === extension)?.[1];
}
