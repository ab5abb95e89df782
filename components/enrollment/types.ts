/** What secrets of an identity are for, and what commands for it say. */
export type Enrolling = Readonly<{
  id: string;
  name: string;
  owner: string;
  /** A DNS name that it holds. */
  example: string | undefined;
  /** The profiles that its secrets can be for. */
  profiles: readonly Readonly<{ slug: string; name: string }>[];
}>;
