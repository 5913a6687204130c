// The SDK depends on the types of Node 14, which would otherwise be everybody's.
/// <reference types="@types/node" />
import plivo from "plivo";

type Attributes = Record<string, string | number | boolean>;

/** The part of the SDK's builder that these tests use. */
export interface PlivoElement {
  addConference(name: string, attributes: Attributes): PlivoElement;
  addDial(attributes: Attributes): PlivoElement;
  addGetInput(attributes: Attributes): PlivoElement;
  addHangup(attributes: Attributes): PlivoElement;
  addNumber(number: string, attributes: Attributes): PlivoElement;
  addRecord(attributes: Attributes): PlivoElement;
  addRedirect(url: string, attributes: Attributes): PlivoElement;
  addSpeak(text: string, attributes: Attributes): PlivoElement;
  addUser(address: string, attributes: Attributes): PlivoElement;
  addWait(attributes: Attributes): PlivoElement;
  toXML(): string;
}

/** A response of the SDK's builder, whose own types call it a function. */
export function plivoResponse(): PlivoElement {
  return Reflect.construct(plivo.Response, []);
}
