import type { IncomingMessage } from "node:http";
import { AppError } from "@/lib/errors/app-error";
import { parseJson } from "@/lib/http/json";
import { readLimitedBody } from "@/server/http/read-limited-body";

/** In JSON, a CSR of 64 KiB with its names beside it. */
const maxBytes = 160 * 1024;
const maxListed = 200;

/** The members of a JSON body, as clients send them: mostly texts, at times booleans and lists. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The JSON object of a body, whatever its Content-Type says: Vault's clients send none. Errors:
 * `request.too-large`, `request.no-body`, `request.bad-json`, `compat.bad-request`.
 */
export async function readFields(request: IncomingMessage): Promise<Fields> {
  const value = parseJson(await readLimitedBody(request, maxBytes));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw badRequest("The body must be a JSON object.");
}

export const badRequest = (message: string): AppError =>
  new AppError("compat.bad-request", message);

const valueOf = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? (fields[name] ?? "") : "";

/** A text; empty if it is absent. A number counts as it is written. */
export function textField(fields: Fields, name: string): string {
  const value = valueOf(fields, name);
  if (typeof value === "string") return value.trim();
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  throw badRequest(`${name} must be a text.`);
}

/** Names separated by commas, or a list of them. */
export function listField(fields: Fields, name: string): readonly string[] {
  const value = valueOf(fields, name);
  const items = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(items) || items.length > maxListed)
    throw badRequest(`${name} must be at most ${maxListed} names, separated by commas.`);
  return items
    .map((item: unknown) => {
      if (typeof item !== "string") throw badRequest(`${name} must be a list of texts.`);
      return item.trim();
    })
    .filter((item) => item !== "");
}

/** True or false, also as a text; `absent` if it is left out. */
export function flagField(fields: Fields, name: string, absent: boolean): boolean {
  const value = valueOf(fields, name);
  if (value === "") return absent;
  if (value === true || value === "true" || value === "1") return true;
  if (value === false || value === "false" || value === "0") return false;
  throw badRequest(`${name} must be true or false.`);
}

const maxNamed = 10;

/** The members that a call doesn't know, for people who read the answer: some, in plain letters. */
export const unknownFields = (fields: Fields, known: ReadonlySet<string>): readonly string[] => {
  const unknown = Object.keys(fields).filter((name) => !known.has(name));
  const named = unknown
    .slice(0, maxNamed)
    .map((name) => name.slice(0, 64).replaceAll(/[^\w.-]/g, "?"));
  const others = unknown.length - named.length;
  return others === 0 ? named : [...named, `${others} more`];
};
