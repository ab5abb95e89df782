import { basicConstraintsLints } from "./basic-constraints";
import { issuerLints } from "./issuer";
import { keyIdentifierLints } from "./key-identifiers";
import type { Lint } from "./lint";
import { nameConstraintsLints } from "./name-constraints";
import { revocationLints } from "./revocation";
import { sanLints } from "./san";
import { serialLints } from "./serial";
import { shapeLints } from "./shape";
import { subjectLints } from "./subject";
import { usageLints } from "./usages";
import { validityLints } from "./validity";

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
