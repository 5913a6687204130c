/** The pattern by which the Supabase CLI (3.1.0) finds imports: it does not parse. */
const IMPORTS =
  /(?:import|export)\s+(?:type\s+)?(?:{[^{}]+}|.*?)\s*(?:from)?\s*['"](.*?)['"]|import\(\s*(?:"([^"\r\n]*)"|'([^'\r\n]*)')\s*[,)]/gi;

/** What a text imports, as the CLI sees it. */
export function cliImports(text: string): string[] {
  return [...text.matchAll(IMPORTS)]
    .map(([, from, double, single]) => (from ?? double ?? single ?? "").trim());
}
