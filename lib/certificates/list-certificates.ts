import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { plainHex } from "@/lib/format/identifier";
import { parseSerial } from "@/lib/pki/serial";
import { certificateItem } from "./certificate-dto";
import { searchCertificateRows } from "./list-repository";
import type { Position, Word } from "./list-repository";
import { certificateQuery } from "./schema";
import type { CertificateList, CertificateQueryInput, CertificateSort } from "./schema";
import type { CertificateRow } from "./types";

const isByExpiry = (sort: CertificateSort): boolean => sort === "notAfter" || sort === "-notAfter";

function cursorOf(row: CertificateRow, sort: CertificateSort): string {
  return Buffer.from(
    JSON.stringify([sort, isByExpiry(sort) ? row.notAfter : row.createdAt, row.id]),
  ).toString("base64url");
}

/** A cursor belongs to the order in which it was made. */
function readCursor(text: string, sort: CertificateSort): Position {
  try {
    const [madeFor, at, id] = JSON.parse(
      Buffer.from(text, "base64url").toString("utf8"),
    ) as unknown[];
    const position = { at: new Date(String(at)), id: String(id) };
    if (
      madeFor === sort &&
      !Number.isNaN(position.at.getTime()) &&
      /^crt_[0-9a-z]{26}$/.test(position.id)
    )
      return position;
  } catch {
    /* told below */
  }
  const message = "This cursor does not belong to this list. Start again without it.";
  throw new AppError("cursor.invalid", message, {
    findings: [{ code: "cursor.invalid", message, path: "cursor" }],
  });
}

function wordOf(text: string | undefined): Word | null {
  if (!text) return null;
  const hex = plainHex(text),
    isBytes = hex.length % 2 === 0 && /^[0-9a-f]{16,64}$/.test(hex);
  return { text, hex: isBytes ? Buffer.from(hex, "hex") : null };
}

/** Certificates by filters, a page at a time, with their count up to ten thousand. Of a service: its own. Errors: `cursor.invalid`, `serial.invalid`. */
export async function listCertificates(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  input: CertificateQueryInput = {},
): Promise<CertificateList> {
  const scope = authorize(actor, "certificates.read"),
    query = certificateQuery.parse(input),
    now = deps.clock.now();
  const onlyIdentityId = scope === "own" ? (actor.identityId ?? "") : null;
  const search = {
    query,
    onlyIdentityId,
    now,
    after: query.cursor ? readCursor(query.cursor, query.sort) : null,
  };
  const word = wordOf(query.q),
    serial = query.serial ? parseSerial(query.serial) : null;
  const { rows, total } = await searchCertificateRows(deps.db, search, word, serial);
  const shown = rows.slice(0, query.limit),
    last = shown.at(-1);
  return {
    items: shown.map((row) => certificateItem(row, now)),
    nextCursor: rows.length > query.limit && last ? cursorOf(last, query.sort) : null,
    total,
  };
}
