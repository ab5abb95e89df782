import type { AnyActor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { keysetPage, readDirection } from "@/lib/format/keyset-page";
import { parseSerial } from "@/lib/pki/serial";
import type { Deps } from "@/lib/runtime/deps";
import { certificateItem } from "./certificate-dto";
import type { CertificateRow } from "./certificate-repository";
import { searchCertificateRows, type Position } from "./certificate-search-repository";
import { searchTermOf } from "./list-matching";
import {
  certificateQuery,
  type CertificateList,
  type CertificateQueryInput,
  type CertificateSort,
} from "./schema";

const isByExpiry = (sort: CertificateSort): boolean => sort === "notAfter" || sort === "-notAfter";

function cursorOf(row: CertificateRow, sort: CertificateSort): string {
  return Buffer.from(
    JSON.stringify([sort, isByExpiry(sort) ? row.notAfter : row.createdAt, row.id]),
  ).toString("base64url");
}

/** A cursor is valid only for the sort order that it was made for. */
function readCursor(text: string, sort: CertificateSort): Position {
  try {
    const [cursorSort, at, id] = JSON.parse(
      Buffer.from(text, "base64url").toString("utf8"),
    ) as unknown[];
    const position = { at: new Date(String(at)), id: String(id) };
    if (
      cursorSort === sort &&
      !Number.isNaN(position.at.getTime()) &&
      /^crt_[0-9a-z]{26}$/.test(position.id)
    )
      return position;
  } catch {
    // Reported below, like a cursor for another order.
  }
  const message = "This cursor is not valid for this list. Start from the first page.";
  throw new AppError("cursor.invalid", message, {
    findings: [{ code: "cursor.invalid", message, path: "cursor" }],
  });
}

/**
 * One page of certificates that match the filters, and their count up to ten thousand. A service
 * gets only its own. Errors: `cursor.invalid`, `serial.invalid`.
 */
export async function listCertificates(
  deps: Pick<Deps, "db" | "clock">,
  actor: AnyActor,
  input: CertificateQueryInput = {},
): Promise<CertificateList> {
  const scope = authorize(actor, "certificates.read");
  const query = certificateQuery.parse(input);
  const now = deps.clock.now();
  const onlyIdentityId = scope === "own" ? (actor.identityId ?? "") : null;
  const { backward, text } = readDirection(query.cursor);
  const search = {
    query,
    onlyIdentityId,
    now,
    after: text ? readCursor(text, query.sort) : null,
    backward,
  };
  const term = searchTermOf(query.q);
  const serial = query.serial ? parseSerial(query.serial) : null;
  const { rows: read, total } = await searchCertificateRows(deps.db, search, term, serial);
  const { rows, ...cursors } = keysetPage(read, {
    ...query,
    cursorOf: (row) => cursorOf(row, query.sort),
  });
  return { items: rows.map((row) => certificateItem(row, now)), ...cursors, total };
}
