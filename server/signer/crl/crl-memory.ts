import { existsSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "@/lib/log/pure/bytes";
import { AppError } from "@/lib/errors/app-error";
import { errorMessage } from "@/lib/errors/error-message";
import { sha256 } from "@/lib/format/hash";
import {
  appendToMemoryFile,
  readMemoryFile,
  replaceMemoryFile,
  type MemoryContent,
} from "./memory-file";
import { recordBytes } from "./revoked-record";
import { makeRevokedStore, type RevokedStore } from "./revoked-store";

/**
 * What the signer remembers of the CRLs of one key: the number and date of the last one, and every
 * certificate that was on one and may not leave yet.
 */
export type CrlMemory = Readonly<{
  path: string;
  /** Null if this key never signed a CRL that this folder remembers. */
  last: () => Readonly<{ number: bigint; thisUpdate: number }> | null;
  revoked: RevokedStore;
  /** Part of a CRL that was never handed out was found at the end of the file, and left out. */
  wasTorn: boolean;
  /**
   * Remembers a CRL with the packed records that it changed, any number of them in each part, which
   * `revoked` has already; the first CRL's needn't be known. Returns after they are on disk. Throws `signer.crl-memory-unwritable`.
   */
  commit: (number: bigint, thisUpdate: number, changes: readonly Buffer[]) => void;
}>;

const extension = ".crl-memory";
/** The file is written again without what left the CRL once it has that many more records. */
const compactAfter = 65_536;

/** One file for each key: what a CRL lists counts for every name and row that the key appears under. */
const fileOf = (keySha256: Uint8Array): string => `${toHex(keySha256)}${extension}`;

function unreadable(path: string, error: unknown): AppError {
  return new AppError(
    "signer.crl-memory-unreadable",
    `The signer can't sign this CA's CRL, because it can't read what its CRLs listed: ${path} ${errorMessage(error)}. Restore the file from a backup. Do not just delete it: it prevents a changed or restored database from removing revoked certificates from the CRL.`,
    { cause: error },
  );
}

function unwritable(path: string, error: unknown): AppError {
  return new AppError(
    "signer.crl-memory-unwritable",
    `The signer can't sign this CA's CRL, because it can't save what the CRL lists (${path}: ${errorMessage(error)}). Free disk space there, or make the folder writable for the user that the signer runs as.`,
    { cause: error },
  );
}

function load(path: string, keySha256: Uint8Array): MemoryContent | null {
  try {
    return readMemoryFile(path, keySha256);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Opens the memory of a key (by its SubjectPublicKeyInfo). `seed` is random and 32 bits. Throws
 * `signer.crl-memory-unreadable`.
 */
export function openCrlMemory(folder: string, spkiDer: Uint8Array, seed: number): CrlMemory {
  const keySha256 = sha256(spkiDer);
  const path = join(folder, fileOf(keySha256));
  const content = load(path, keySha256);
  const revoked = makeRevokedStore(seed);
  let last: { number: bigint; thisUpdate: number } | null = null;
  let length = content?.length ?? 0;
  let written = 0;
  for (const { number, thisUpdate, records } of content?.blocks ?? []) {
    for (let at = 0; at < records.length; at += recordBytes) revoked.apply(records, at);
    written += records.length / recordBytes;
    last = { number, thisUpdate };
  }
  return {
    path,
    revoked,
    wasTorn: content?.isTorn ?? false,
    last: () => last,
    commit: (number, thisUpdate, changes) => {
      const changed = changes.reduce((length, part) => length + part.length, 0) / recordBytes;
      const isWorthCompacting = written + changed > 2 * revoked.size() + compactAfter;
      try {
        // What is in memory is the whole truth, also if the file was removed meanwhile.
        if (last === null || isWorthCompacting || !existsSync(path)) {
          const parts = revoked.pack();
          length = replaceMemoryFile(path, keySha256, { number, thisUpdate, parts });
          written = revoked.size();
        } else {
          length = appendToMemoryFile(path, length, { number, thisUpdate, parts: changes });
          written += changed;
        }
      } catch (error) {
        throw unwritable(path, error);
      }
      last = { number, thisUpdate };
    },
  };
}
