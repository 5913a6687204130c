/** The sentences that Switchboard itself speaks, where a menu names none of its own. */
export interface Phrases {
  /** Something broke; the call ends. */
  readonly apology: string;
  /** The wait for an entry ran out. */
  readonly noInput: string;
  /** The entry leads nowhere. */
  readonly invalid: string;
  /** A transfer did not come about; the menu follows. */
  readonly notConnected: string;
}

const ENGLISH: Phrases = {
  apology: "We are sorry, this call cannot be continued. Please try again later.",
  noInput: "We did not hear your choice.",
  invalid: "That is not one of the choices.",
  notConnected: "The call could not be connected.",
};

const PHRASES: Readonly<Record<string, Phrases>> = {
  en: ENGLISH,
  de: {
    apology:
      "Es tut uns leid, dieser Anruf kann nicht fortgesetzt werden. Bitte versuchen Sie es später noch einmal.",
    noInput: "Wir haben Ihre Auswahl nicht gehört.",
    invalid: "Diese Auswahl gibt es nicht.",
    notConnected: "Die Verbindung kam nicht zustande.",
  },
  es: {
    apology: "Lo sentimos, no podemos continuar esta llamada. Inténtelo de nuevo más tarde.",
    noInput: "No hemos oído su elección.",
    invalid: "Esa opción no existe.",
    notConnected: "No se ha podido conectar la llamada.",
  },
  fr: {
    apology:
      "Nous sommes désolés, cet appel ne peut pas être poursuivi. Veuillez réessayer plus tard.",
    noInput: "Nous n'avons pas entendu votre choix.",
    invalid: "Ce choix n'existe pas.",
    notConnected: "L'appel n'a pas pu aboutir.",
  },
  it: {
    apology: "Siamo spiacenti, non è possibile proseguire questa chiamata. Riprovi più tardi.",
    noInput: "Non abbiamo sentito la sua scelta.",
    invalid: "Questa scelta non esiste.",
    notConnected: "Non è stato possibile collegare la chiamata.",
  },
  nl: {
    apology: "Het spijt ons, dit gesprek kan niet worden voortgezet. Probeer het later opnieuw.",
    noInput: "We hebben uw keuze niet gehoord.",
    invalid: "Die keuze bestaat niet.",
    notConnected: "De verbinding kwam niet tot stand.",
  },
  pt: {
    apology: "Lamentamos, não é possível continuar esta chamada. Tente novamente mais tarde.",
    noInput: "Não ouvimos a sua escolha.",
    invalid: "Essa opção não existe.",
    notConnected: "Não foi possível completar a chamada.",
  },
};

/** The language that is spoken where no menu says otherwise. */
export const DEFAULT_LANGUAGE = "en-US";

/**
 * The standard sentences in the language of a menu (BCP 47), by its primary subtag.
 *
 * `language` in the answer is what to speak them in: English where a language has no sentences yet.
 */
export function phrasesFor(
  language: string,
): { readonly language: string; readonly phrases: Phrases } {
  const phrases = PHRASES[language.split("-")[0]?.toLowerCase() ?? ""];
  return phrases ? { language, phrases } : { language: DEFAULT_LANGUAGE, phrases: ENGLISH };
}
