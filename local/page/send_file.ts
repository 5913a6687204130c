import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/**
 * Answers with a file, as a browser is to take it.
 *
 * @param url `file:`; what is missing there, or of no known type, is answered 404.
 */
export async function sendFile(url: string): Promise<Response> {
  const type = TYPES[extname(url)];
  if (type === undefined) return new Response(null, { status: 404 });
  try {
    const bytes = await Deno.readFile(fileURLToPath(url));
    return new Response(bytes, { headers: { "content-type": type } });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Response(null, { status: 404 });
    throw error;
  }
}
