import type { Database } from "@/lib/db/database";
import type { SignerClient } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { buildCrlTbs } from "@/lib/pki/crl";
import { issuerFactsOf } from "@/lib/pki/issuer";
import { assembleSigned } from "@/lib/pki/sign";
import { revocationReasons } from "@/lib/pki/types";
import type { RevokedEntry, Signer } from "@/lib/pki/types";

type Input = Parameters<SignerClient["signCrl"]>[0];
type RevokedRow = [serial: Buffer, revokedAt: Date, reason: string, invalidityDate: Date | null];

const page = 20_000,
  room = 40,
  longestCrlLife = 10 * 86_400_000,
  noDate = -1;

/** Revoked certificates packed at 40 bytes each: a million of them as objects would cost ten times that. */
function packEntries(): Readonly<{
  add: (row: RevokedRow) => void;
  entries: Iterable<RevokedEntry>;
}> {
  const blocks: Buffer[] = [];
  let used = page;
  const add = ([serial, revokedAt, reason, invalidityDate]: RevokedRow): void => {
    if (used === page) {
      blocks.push(Buffer.alloc(page * room));
      used = 0;
    }
    const block = blocks[blocks.length - 1] ?? Buffer.alloc(0),
      at = used++ * room;
    block[at] = serial.length;
    block[at + 1] = Math.max(
      0,
      revocationReasons.findIndex((name) => name === reason),
    );
    serial.copy(block, at + 2);
    block.writeDoubleLE(revokedAt.getTime(), at + 24);
    block.writeDoubleLE(invalidityDate?.getTime() ?? noDate, at + 32);
  };
  function* iterate(): Generator<RevokedEntry> {
    for (const [index, block] of blocks.entries()) {
      const end = (index === blocks.length - 1 ? used : page) * room;
      for (let at = 0; at < end; at += room) {
        const invalid = block.readDoubleLE(at + 32);
        yield {
          serial: block.subarray(at + 2, at + 2 + (block[at] ?? 0)),
          revokedAt: new Date(block.readDoubleLE(at + 24)),
          reason: revocationReasons[block[at + 1] ?? 0] ?? "unspecified",
          invalidityDate: invalid === noDate ? null : new Date(invalid),
        };
      }
    }
  }
  return { add, entries: { [Symbol.iterator]: iterate } };
}

/**
 * Who stands on the CRL: revoked and held ones that were still in time, or were revoked, when the previous CRL was issued. So each stays
 * until one CRL beyond its notAfter (RFC 5280 §3.3), and a late revocation appears at least once.
 */
async function readRevoked(db: Database, input: Input): Promise<Iterable<RevokedEntry>> {
  const client = await db.pool.connect();
  const packed = packEntries();
  try {
    await client.query("begin transaction isolation level repeatable read read only");
    await client.query(
      `declare revoked no scroll cursor for
      select serial, revoked_at, revocation_reason, invalidity_date from certificate
      where issuer_id = $1 and ${input.shard === "" ? "crl_shard is null and $2 = ''" : "crl_shard = $2"} and state in ('revoked', 'held')
        and greatest(not_after, revoked_at) >= coalesce((select max(this_update) from crl where authority_id = $1 and shard = $2), '-infinity') - interval '1 minute'`,
      [input.authorityId, input.shard],
    );
    for (let full = true; full;) {
      const { rows } = await client.query<RevokedRow>({
        text: `fetch ${page} from revoked`,
        rowMode: "array",
      });
      for (const row of rows) packed.add(row);
      full = rows.length === page;
    }
    await client.query("commit");
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
  return packed.entries;
}

/** Builds the CRL from what the database holds and signs it. Its address in the IDP equals the CDP of the certificates that it covers. */
export async function signAuthorityCrl(
  db: Database,
  publicUrl: string,
  signerOf: (keyId: string) => Promise<Signer>,
  input: Input,
): Promise<Uint8Array> {
  if (
    input.nextUpdate <= input.thisUpdate ||
    input.nextUpdate.getTime() - input.thisUpdate.getTime() > longestCrlLife
  ) {
    throw new AppError(
      "signer.crl-times",
      "A CRL's nextUpdate lies after its thisUpdate, by ten days at most.",
      { kind: "conflict" },
    );
  }
  const { rows } = await db.pool.query<{
    slug: string;
    key_id: string;
    certificate_der: Uint8Array | null;
  }>(
    "select slug, key_id, certificate_der from authority where id = $1 and status in ('active', 'retired')",
    [input.authorityId],
  );
  const [authority] = rows;
  if (!authority?.certificate_der)
    throw new AppError(
      "signer.authority-not-active",
      "This authority is not active, so it signs no CRL.",
      { kind: "conflict" },
    );
  const signer = await signerOf(authority.key_id);
  const issuer = issuerFactsOf(authority.certificate_der);
  const place =
    input.shard === "" ? `${authority.slug}.crl` : `${authority.slug}/${input.shard}.crl`;
  const tbs = buildCrlTbs({
    issuer,
    crlNumber: input.number,
    thisUpdate: input.thisUpdate,
    nextUpdate: input.nextUpdate,
    idpUrl: `${publicUrl}/crl/${place}`,
    entries: await readRevoked(db, input),
  });
  return assembleSigned(tbs, signer.signatureAlgorithm, await signer.sign(tbs));
}
