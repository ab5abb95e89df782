import type { ExpiryByWeek, ExpiryWeek } from "@/lib/overview/schema";
import { successorStates, type SuccessorState } from "@/lib/certificates/schema";

type Filter = Readonly<Record<string, string>>;
const listOf = (filter: Filter): string =>
  `/certificates?${new URLSearchParams({ state: "valid", ...filter, sort: "notAfter" }).toString()}`;

/** The list of the valid certificates that expire in a week, and those of its parts. */
export function weekLinks({ from, to }: Pick<ExpiryWeek, "from" | "to">): Readonly<{
  href: string;
  hrefs: Readonly<Record<SuccessorState, string>>;
}> {
  const week = { expiresAfter: from, expiresBefore: to };
  const hrefs = Object.fromEntries(
    successorStates.map((successor) => [successor, listOf({ ...week, successor })]),
  ) as Record<SuccessorState, string>;
  return { href: listOf(week), hrefs };
}

/** The list of the valid certificates that expire after the last week. */
export const laterLink = ({ weeks }: Pick<ExpiryByWeek, "weeks">): string =>
  listOf({ expiresAfter: weeks.at(-1)?.to ?? "" });
