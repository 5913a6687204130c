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
  /** Asks for a message; a tone follows. */
  readonly voicemail: string;
  /** A message was left; the call ends. */
  readonly goodbye: string;
  /** The call has had all the turns or minutes that it may have; it ends. */
  readonly tooLong: string;
  /** Nobody is there at this hour. */
  readonly closed: string;
  /** The caller is not let in; the call ends. */
  readonly refused: string;
  /** Somebody outside is being asked; the caller waits. */
  readonly oneMoment: string;
  /** Nobody outside answered; the menu follows. */
  readonly unavailable: string;
}

const ENGLISH: Phrases = {
  apology: "We are sorry, this call cannot be continued. Please try again later.",
  noInput: "We did not hear your choice.",
  invalid: "That is not one of the choices.",
  notConnected: "The call could not be connected.",
  voicemail: "Please leave a message after the tone.",
  goodbye: "Thank you. Goodbye.",
  tooLong: "This call has lasted as long as it may. Goodbye.",
  closed: "We are closed at the moment.",
  refused: "This number does not take calls from yours. Goodbye.",
  oneMoment: "One moment, please.",
  unavailable: "This is not available at the moment.",
};

const PHRASES: Readonly<Record<string, Phrases>> = {
  en: ENGLISH,
  de: {
    apology:
      "Es tut uns leid, dieser Anruf kann nicht fortgesetzt werden. Bitte versuchen Sie es später noch einmal.",
    noInput: "Wir haben Ihre Auswahl nicht gehört.",
    invalid: "Diese Auswahl gibt es nicht.",
    notConnected: "Die Verbindung kam nicht zustande.",
    voicemail: "Bitte hinterlassen Sie nach dem Ton eine Nachricht.",
    goodbye: "Vielen Dank. Auf Wiederhören.",
    tooLong: "Die Höchstdauer dieses Anrufs ist erreicht. Auf Wiederhören.",
    closed: "Zurzeit ist niemand erreichbar.",
    refused: "Diese Nummer nimmt Ihren Anruf nicht an. Auf Wiederhören.",
    oneMoment: "Einen Moment, bitte.",
    unavailable: "Das ist zurzeit nicht verfügbar.",
  },
  es: {
    apology: "Lo sentimos, no podemos continuar esta llamada. Inténtelo de nuevo más tarde.",
    noInput: "No hemos oído su elección.",
    invalid: "Esa opción no existe.",
    notConnected: "No se ha podido conectar la llamada.",
    voicemail: "Deje su mensaje después de la señal.",
    goodbye: "Gracias. Adiós.",
    tooLong: "Esta llamada ha alcanzado su duración máxima. Adiós.",
    closed: "En este momento está cerrado.",
    refused: "Este número no acepta su llamada. Adiós.",
    oneMoment: "Un momento, por favor.",
    unavailable: "Esta opción no está disponible en este momento.",
  },
  fr: {
    apology:
      "Nous sommes désolés, cet appel ne peut pas être poursuivi. Veuillez réessayer plus tard.",
    noInput: "Nous n'avons pas entendu votre choix.",
    invalid: "Ce choix n'existe pas.",
    notConnected: "L'appel n'a pas pu aboutir.",
    voicemail: "Veuillez laisser un message après le signal sonore.",
    goodbye: "Merci. Au revoir.",
    tooLong: "Cet appel a atteint sa durée maximale. Au revoir.",
    closed: "Nous sommes actuellement fermés.",
    refused: "Ce numéro n'accepte pas votre appel. Au revoir.",
    oneMoment: "Un instant, s'il vous plaît.",
    unavailable: "Ce service n'est pas disponible pour le moment.",
  },
  it: {
    apology: "Siamo spiacenti, non è possibile proseguire questa chiamata. Riprovi più tardi.",
    noInput: "Non abbiamo sentito la sua scelta.",
    invalid: "Questa scelta non esiste.",
    notConnected: "Non è stato possibile collegare la chiamata.",
    voicemail: "Lasci un messaggio dopo il segnale acustico.",
    goodbye: "Grazie. Arrivederci.",
    tooLong: "Questa chiamata ha raggiunto la durata massima. Arrivederci.",
    closed: "In questo momento siamo chiusi.",
    refused: "Questo numero non accetta la sua chiamata. Arrivederci.",
    oneMoment: "Un momento, per favore.",
    unavailable: "Il servizio non è disponibile in questo momento.",
  },
  nl: {
    apology: "Het spijt ons, dit gesprek kan niet worden voortgezet. Probeer het later opnieuw.",
    noInput: "We hebben uw keuze niet gehoord.",
    invalid: "Die keuze bestaat niet.",
    notConnected: "De verbinding kwam niet tot stand.",
    voicemail: "Spreek na de toon een bericht in.",
    goodbye: "Dank u wel. Tot ziens.",
    tooLong: "Dit gesprek heeft de maximale duur bereikt. Tot ziens.",
    closed: "Wij zijn op dit moment gesloten.",
    refused: "Dit nummer neemt uw oproep niet aan. Tot ziens.",
    oneMoment: "Een ogenblik, alstublieft.",
    unavailable: "Dit is op dit moment niet beschikbaar.",
  },
  pt: {
    apology: "Lamentamos, não é possível continuar esta chamada. Tente novamente mais tarde.",
    noInput: "Não ouvimos a sua escolha.",
    invalid: "Essa opção não existe.",
    notConnected: "Não foi possível completar a chamada.",
    voicemail: "Deixe a sua mensagem após o sinal.",
    goodbye: "Obrigado. Adeus.",
    tooLong: "Esta chamada atingiu a duração máxima. Adeus.",
    closed: "De momento estamos encerrados.",
    refused: "Este número não aceita a sua chamada. Adeus.",
    oneMoment: "Um momento, por favor.",
    unavailable: "De momento não está disponível.",
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
