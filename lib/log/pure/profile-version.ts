import { canonicalJson, type Json } from "./canonical";

/** A version of a profile: what it is called, what it issues from, and everything it allows. */
export type ProfileVersion = Readonly<{
  profileId: string;
  version: number;
  slug: string;
  system: boolean;
  authorityId: string | null;
  /** As they are in the database. */
  rules: object;
}>;

/**
 * The text whose SHA-256 the entry that made a version of a profile holds (`versionSha256`):
 * canonical JSON, so that equal versions have equal text whatever the order of members.
 */
export function profileVersionText({
  profileId,
  version,
  slug,
  system,
  authorityId,
  rules,
}: ProfileVersion): string {
  return canonicalJson({
    profileId,
    version,
    slug,
    system,
    authorityId,
    rules: rules as unknown as Json,
  });
}
