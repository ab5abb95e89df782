import type { ProfileDto } from "@/lib/profiles/schema";

/** What the form for issuing shows and uses of a profile. */
export type IssueProfile = Pick<ProfileDto, "slug" | "name" | "description"> &
  Readonly<{
    issuerName: string;
    validitySecondsDefault: number;
    validitySecondsMax: number;
    keyAlgorithms: readonly string[];
    /** Whether Chancery makes a key under it if asked. */
    serverKeys: boolean;
    /** The types of names that it takes from a request. */
    sanTypes: readonly string[];
    commonName: "required" | "optional" | "forbidden";
    commonNameFrom: "san" | "san-or-identity";
  }>;
