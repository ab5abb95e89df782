import { z } from "zod";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import type { Identity } from "@/lib/identities/read-identities";
import { rowCovers } from "@/lib/pki/held-names/carried-name";
import {
  canonicalName,
  describeHeldName,
  type HeldName,
  readNameText,
} from "@/lib/pki/held-names/held-name";
import { malformed } from "./parse-jws";
import type { Identifier } from "./types";

const maxNames = 100;
const identifiers = z
  .array(z.strictObject({ type: z.string(), value: z.string().max(300) }))
  .min(1)
  .max(maxNames);

/** A problem about some identifiers of a request (RFC 8555 section 6.7.1). */
export function refuseIdentifiers(
  code: "acme.rejected-identifier" | "acme.unsupported-identifier",
  refused: readonly Readonly<{ identifier: Identifier; message: string }>[],
): AppError {
  const [first] = refused;
  const message =
    refused.length === 1
      ? (first?.message ?? "")
      : `${refused.length} identifiers were refused. ${first?.message ?? ""}`;
  const subproblems = refused.map(({ identifier, message: detail }) => ({ identifier, detail }));
  const findings: Finding[] = refused.map(({ identifier, message: text }) => ({
    code,
    message: text,
    path: `identifiers.${identifier.value}`,
  }));
  return new AppError(code, message, { findings, details: { subproblems } });
}

/**
 * The identifiers of an order in their one form, each once. Errors: `acme.malformed`,
 * `acme.unsupported-identifier`, `acme.rejected-identifier`.
 */
export function readIdentifiers(value: unknown): readonly Identifier[] {
  const parsed = identifiers.safeParse(value);
  if (!parsed.success)
    throw malformed(`An order needs 1 to ${maxNames} identifiers, each with type and value.`);
  const found = new Map<string, Identifier>();
  const refused: { identifier: Identifier; message: string }[] = [];
  for (const { type, value: text } of parsed.data) {
    if (type !== "dns" && type !== "ip")
      throw new AppError(
        "acme.unsupported-identifier",
        `Identifiers of type ${type.slice(0, 32)} are not supported. Use dns or ip.`,
      );
    try {
      const name = canonicalName(type, text);
      found.set(`${type}:${name.value}`, { type, value: name.value });
    } catch (error) {
      if (!isAppError(error)) throw error;
      refused.push({ identifier: { type, value: text }, message: error.message });
    }
  }
  if (refused.length > 0) throw refuseIdentifiers("acme.rejected-identifier", refused);
  return [...found.values()];
}

/** `DNS:*.example.com`: the row of the identity that gives it this name; null if none does. */
export function heldBy(identity: Pick<Identity, "names">, name: Identifier): string | null {
  const row = identity.names.find((held) => held.type !== "legacy" && rowCovers(held, name));
  return row === undefined ? null : describeHeldName(row as HeldName);
}

/** Whether an enrollment key that is limited to these names lets its accounts order this one. */
export function isWithinKey(names: readonly string[], name: Identifier): boolean {
  if (names.length === 0) return true;
  return names.some((text) => {
    const row = readNameText(text);
    return rowCovers(row, name) || (row.type === name.type && row.value === name.value);
  });
}

export const identifierText = ({ type, value }: Identifier): string => `${type}:${value}`;

export function parseIdentifier(text: string): Identifier {
  const at = text.indexOf(":");
  return { type: text.slice(0, at) === "ip" ? "ip" : "dns", value: text.slice(at + 1) };
}
