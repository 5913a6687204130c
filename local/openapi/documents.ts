import { z } from "zod";
import { callFunction, type Functions } from "../gateway/functions.ts";
import { rawUrl } from "#shared/http/raw_url.ts";

const member = z.record(z.string(), z.unknown());

/** What is read of a function's OpenAPI document; the rest is passed on as it is. */
export const FunctionDocument = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ version: z.string() }),
  servers: z.array(z.looseObject({ url: z.string() })),
  paths: z.record(z.string(), member),
  components: z.record(z.string(), member).default({}),
});
export type FunctionDocument = z.output<typeof FunctionDocument>;

/** The documents of all functions by their names, as each serves its own. */
export async function functionDocuments(
  functions: Functions,
): Promise<ReadonlyMap<string, FunctionDocument>> {
  const documents = new Map<string, FunctionDocument>();
  for (const name of functions.keys()) {
    const request = new Request(`http://127.0.0.1/functions/v1/${name}/openapi.json`);
    const response = await callFunction(functions, request, rawUrl(request.url));
    if (!response.ok) throw new Error(`${name}/openapi.json answers ${response.status}`);
    documents.set(name, FunctionDocument.parse(await response.json()));
  }
  return documents;
}
