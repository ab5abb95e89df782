import { z } from "zod";
import type { Permission } from "@/lib/access/permissions";
import { alertListQuery } from "@/lib/alerts/schema";
import { certificateQuery } from "@/lib/certificates/schema";
import { label } from "@/lib/format/label";
import { identityQuery } from "@/lib/identities/schema";
import { entryListQuery } from "@/lib/log/schema";

/** How many views a person can have. */
export const maxViews = 100;

/** The lists whose filters can be saved. */
export const viewLists = ["audit", "certificates", "identities", "alerts"] as const;
export type ViewList = (typeof viewLists)[number];

const queries: Readonly<Record<ViewList, z.ZodObject>> = {
  audit: entryListQuery,
  certificates: certificateQuery,
  identities: identityQuery,
  alerts: alertListQuery,
};

/** What a user needs to read a list, and so to have views of it. */
export const permissionOfList: Readonly<Record<ViewList, Permission>> = {
  audit: "audit.read",
  certificates: "certificates.read",
  identities: "identities.read",
  alerts: "alerts.read",
};

const viewName = label(80, "Enter a name.");

/** Where a page of a list begins and ends. */
const place: ReadonlySet<string> = new Set(["cursor", "limit"]);

/**
 * The filters of a view as the query of the list's URL, in one order and without the place in the
 * list; null if they are invalid.
 */
export function canonicalQuery(list: ViewList, query: string): string | null {
  const given = Object.fromEntries(
    [...new URLSearchParams(query)].filter(([, value]) => value !== ""),
  );
  const parsed = queries[list].safeParse(given);
  if (!parsed.success) return null;
  const pairs = Object.keys(given)
    .filter((name) => !place.has(name))
    .map((name) => {
      const value = parsed.data[name];
      return [name, typeof value === "string" ? value : (given[name] ?? "")];
    })
    .filter(([, value]) => value !== "");
  return new URLSearchParams(pairs.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1))).toString();
}

export const viewInput = z
  .strictObject({
    list: z.enum(viewLists).default("audit"),
    name: viewName,
    /** As a URL has it: everything else is percent-encoded. */
    query: z
      .string()
      .max(2_000)
      .regex(/^[!-~]*$/, "These filters are invalid."),
  })
  .refine(({ list, query }) => canonicalQuery(list, query) !== null, {
    path: ["query"],
    message: "These filters are invalid.",
  });
export const viewRename = z.strictObject({ name: viewName });

export type ViewInput = z.input<typeof viewInput>;

/** A view of a list that a person saved: a name for filters. */
export type SavedView = Readonly<{
  id: string;
  list: ViewList;
  name: string;
  /** The query of the list's URL. */
  query: string;
  createdAt: string;
}>;
