/** What keys of an identity are for, and what commands for it say. */
export type Enrollable = Readonly<{
  id: string;
  name: string;
  owner: string;
  /** A DNS name or address that it holds. */
  example: string | undefined;
  /** The profiles that its keys can be limited to. */
  profiles: readonly Readonly<{ slug: string; name: string }>[];
}>;
