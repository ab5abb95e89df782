import type { Database } from "@/lib/db/database";

/** What makes two requests the same one. */
export type SameRequest = Readonly<{
  identityId: string;
  profileId: string;
  profileVersion: number;
  csrDer: Uint8Array;
  /** Between which times the certificate has to end. */
  notAfter: Readonly<{ from: Date; to: Date }>;
  since: Date;
}>;

/** The newest valid certificate that such a request got. */
export async function findIssuedFor(
  db: Database,
  { identityId, profileId, profileVersion, csrDer, notAfter, since }: SameRequest,
): Promise<string | null> {
  const row = await db.prisma.certificate.findFirst({
    where: {
      identityId,
      profileId,
      profileVersion,
      csrDer: Uint8Array.from(csrDer),
      state: "issued",
      createdAt: { gte: since },
      notAfter: { gte: notAfter.from, lte: notAfter.to },
    },
    select: { id: true },
    orderBy: { createdAt: "desc" },
  });
  return row?.id ?? null;
}
