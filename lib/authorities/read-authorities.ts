import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { formatIsoOrNull } from "@/lib/format/time";
import type { Deps } from "@/lib/runtime/deps";
import { authorityDto } from "./authority-dto";
import {
  countIssuedBy,
  findAuthorityRow,
  listAuthorityRows,
  type AuthorityRow,
} from "./authority-repository";
import { findCeilings, findWaitingAuthorities } from "./ceiling-repository";
import { findLatestCrls } from "./crl-repository";
import { findIssuer } from "./find-issuer";
import type { AuthorityDto } from "./schema";

type ReadDeps = Pick<Deps, "db" | "clock" | "publicUrl">;
export type Authority = AuthorityRow;

/** An authority by id or slug, for other use cases, which authorize by themselves. */
export async function findAuthority(
  deps: Pick<Deps, "db">,
  ref: string,
): Promise<Authority | null> {
  return findAuthorityRow(deps.db, ref);
}

/** By id or slug. Errors: `authority.not-found`. */
export async function getAuthority(
  deps: ReadDeps,
  actor: Actor,
  ref: string,
): Promise<AuthorityDto> {
  authorize(actor, "authorities.read");
  const row = await findAuthorityRow(deps.db, ref);
  const [dto] = row ? await describeAuthorities(deps, [row]) : [];
  if (!dto) throw new AppError("authority.not-found", "CA not found.");
  return dto;
}

/** All authorities, oldest first, in one page: there are few. */
export async function listAuthorities(
  deps: ReadDeps,
  actor: Actor,
): Promise<{ items: readonly AuthorityDto[]; nextCursor: null }> {
  authorize(actor, "authorities.read");
  const items = await describeAuthorities(deps, await listAuthorityRows(deps.db));
  return { items, nextCursor: null };
}

export type AuthorityChoice = Pick<
  AuthorityDto,
  "id" | "slug" | "name" | "kind" | "status" | "parentId" | "notAfter" | "certificateId"
>;

/** The same for forms, filters and chains, without what has to be counted or read for each. */
export async function listAuthorityChoices(
  deps: Pick<Deps, "db">,
  actor: Actor,
): Promise<readonly AuthorityChoice[]> {
  authorize(actor, "authorities.read");
  return (await listAuthorityRows(deps.db)).map((row) => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    kind: row.kind as AuthorityDto["kind"],
    status: row.status as AuthorityDto["status"],
    parentId: row.parentId,
    notAfter: formatIsoOrNull(row.notAfter),
    certificateId: row.certificateId,
  }));
}

/** Rows with their latest CRL, certificate counts and chain. */
async function describeAuthorities(
  deps: ReadDeps,
  rows: readonly AuthorityRow[],
): Promise<AuthorityDto[]> {
  const ids = rows.map((row) => row.id);
  const pending = rows.filter(({ status }) => status === "pending").map(({ id }) => id);
  const [crls, counts, ceilings, waiting, issuers] = await Promise.all([
    findLatestCrls(deps.db, ids),
    countIssuedBy(deps.db, ids, deps.clock.now()),
    findCeilings(
      deps.db,
      rows.map(({ keyId }) => keyId),
    ),
    findWaitingAuthorities(deps.db, pending),
    Promise.all(ids.map((id) => findIssuer(deps, id))),
  ]);
  return rows.map((row, index) =>
    authorityDto(row, {
      publicUrl: deps.publicUrl,
      chainPem: issuers[index]?.chainPem ?? "",
      crl: crls.get(row.id),
      counts: counts.get(row.id),
      ceiling: ceilings.get(row.keyId),
      isWaiting: waiting.has(row.id),
    }),
  );
}
