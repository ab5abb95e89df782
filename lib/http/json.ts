import { AppError } from "@/lib/errors/app-error";
import { findJsonMistake } from "./json-mistake";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Parses a JSON body. Throws `request.bad-json` with line and column of the first mistake. */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0)
    throw new AppError("request.no-body", "The request has no body. Send a JSON object.");
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new AppError("request.bad-json", "The body is not UTF-8 text. Send JSON in UTF-8.");
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { line, column } = lineAndColumn(text, findJsonMistake(text));
    throw new AppError(
      "request.bad-json",
      `The body is not JSON: a mistake at line ${line}, column ${column}.`,
      { details: { line, column }, cause },
    );
  }
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}
