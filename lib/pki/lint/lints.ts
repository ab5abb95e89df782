import { basicConstraintsLints } from "@/lib/pki/lint/basic-constraints";
import { issuerLints } from "@/lib/pki/lint/issuer";
import { keyIdentifierLints } from "@/lib/pki/lint/key-identifiers";
import type { Lint } from "@/lib/pki/lint/lint";
import { nameConstraintsLints } from "@/lib/pki/lint/name-constraints";
import { revocationLints } from "@/lib/pki/lint/revocation";
import { sanLints } from "@/lib/pki/lint/san";
import { serialLints } from "@/lib/pki/lint/serial";
import { shapeLints } from "@/lib/pki/lint/shape";
import { subjectLints } from "@/lib/pki/lint/subject";
import { usageLints } from "@/lib/pki/lint/usages";
import { validityLints } from "@/lib/pki/lint/validity";

/** Every lint, in the order of the fields of a certificate. */
export const lints: readonly Lint[] = [
  ...shapeLints,
  ...serialLints,
  ...issuerLints,
  ...validityLints,
  ...subjectLints,
  ...keyIdentifierLints,
  ...usageLints,
  ...basicConstraintsLints,
  ...sanLints,
  ...revocationLints,
  ...nameConstraintsLints,
];
