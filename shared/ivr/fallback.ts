import { phrasesFor } from "./phrases.ts";
import type { Provider } from "./providers/provider.ts";

/**
 * The document for the day the backend is down: an apology in the language of the menu, and the end
 * of the call. It leads nowhere, so it can be kept wherever the provider looks when we are silent.
 *
 * @param menuLanguage BCP 47; English where it has no sentences yet.
 */
export function fallbackDocument(
  provider: Pick<Provider, "render">,
  menuLanguage: string,
): string {
  const { language, phrases } = phrasesFor(menuLanguage);
  return provider.render(
    [{ kind: "say", text: phrases.apology, language }, { kind: "hangup" }],
    { turn: "", recording: "", callId: "" },
  );
}
