/** The URL with and without its port: providers sign either, whatever was entered in their console. */
export function portSpellings(url: string): string[] {
  const [, scheme = "", host = "", port, rest = ""] =
    /^(https?:\/\/)(\[[^\]]*\]|[^:/?#]*)(:\d+)?([^#]*)/.exec(url) ?? [];
  const standardPort = scheme === "https://" ? ":443" : ":80";
  return [scheme + host + rest, scheme + host + (port ?? standardPort) + rest];
}
