import type { ProfileDto } from "@/lib/profiles/schema";

/** What the form for issuing shows and uses of a profile. */
export type IssueProfile = Pick<ProfileDto, "slug" | "name" | "description"> &
  Readonly<{
    issuerName: string;
    validitySecondsDefault: number;
    validitySecondsMax: number;
    keyAlgorithms: readonly string[];
    /** The types of names that it takes from a request. */
    sanTypes: readonly string[];
    commonName: "required" | "optional" | "forbidden";
    commonNameFrom: "san" | "san-or-identity";
  }>;
