import { AppError } from "@/lib/errors/app-error";

/** A page of a list: `nextCursor` is null on the last one. */
export type Page<T> = Readonly<{ items: readonly T[]; nextCursor: string | null }>;

/** Makes a cursor of the last row's keys. Opaque to clients; what it holds only says where to go on, never what may be seen. */
export function encodeCursor(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString("base64url");
}

/** Reads a cursor of exactly `count` keys back. Throws `cursor.invalid` for anything that this server did not make. */
export function decodeCursor(cursor: string, count: number): string[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(keys) && keys.length === count && keys.every((key) => typeof key === "string") && encodeCursor(keys) === cursor) return keys;
  } catch {
    // Falls through: whatever is wrong with it, the answer is the same.
  }
  throw new AppError("cursor.invalid", "This cursor is not one of ours. Take nextCursor of the page before, or leave it out to start at the beginning.", {
    findings: [{ code: "cursor.invalid", path: "cursor", message: "Not a cursor that this server made." }],
  });
}
