/**
 * The terminal phone: a stand-in for a phone provider, which dials a stack, signs as the provider signs and
 * follows the documents it gets. It shares no code with the functions that it calls.
 *
 * @module
 */
export type { Caller, Press, Recording, Spoken, Wait } from "./caller.ts";
export { CallFailure, type CallFailureCode } from "./failure.ts";
export { formatEntry, type FormatOptions } from "./format.ts";
export { Provider } from "./dialects.ts";
export { type Line, lineTo } from "./line.ts";
export { placeCall, type PlaceCallOptions } from "./place_call.ts";
export { parseScript, scriptedCaller, ScriptError, type ScriptOptions } from "./scripted_caller.ts";
export {
  type Keyboard,
  type TerminalCaller,
  terminalCaller,
  type TerminalOptions,
} from "./terminal_caller.ts";
export { readStackFile, StackDetails, StackFileError } from "./stack_file.ts";
export type { Entry, Transcript } from "./transcript.ts";
