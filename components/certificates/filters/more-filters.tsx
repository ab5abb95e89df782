"use client";

import { FilterDialog, type FilterChanges } from "@/components/filters/filter-dialog";
import type { Params } from "@/components/filters/list-href";
import { afterOf, beforeOf, dayFrom, dayUntil } from "./expiry-dates";

const fields = [
  {
    name: "from",
    label: "Expires from",
    placeholder: "2026-11-01",
    hint: "A date, in UTC.",
  },
  {
    name: "until",
    label: "Expires until",
    placeholder: "2026-11-30",
    hint: "A date, in UTC. The whole day is included.",
  },
  {
    name: "owner",
    label: "Owner",
    placeholder: "platform@example.com",
    hint: "A part of the owner of the identity.",
  },
] as const;

const noDay = "Enter a date, such as 2026-11-30.";

/** The filters in the URL for what is in the fields. */
function read(given: Readonly<Record<string, string | undefined>>): FilterChanges {
  const { owner, from, until } = given;
  const after = from === undefined ? null : afterOf(from);
  const before = until === undefined ? null : beforeOf(until);
  const errors = {
    ...(from !== undefined && after === null ? { from: noDay } : {}),
    ...(until !== undefined && before === null ? { until: noDay } : {}),
    ...(after !== null && before !== null && Date.parse(before) <= Date.parse(after)
      ? { until: "Enter a date that is not before the first one." }
      : {}),
  };
  if (Object.keys(errors).length > 0) return { errors };
  return { changes: { owner: owner ?? null, expiresAfter: after, expiresBefore: before } };
}

/** A button for the filters of certificates that are typed: owner and dates of expiration. */
export function MoreFilters({ path, params }: Readonly<{ path: string; params: Params }>) {
  const { owner, expiresAfter, expiresBefore } = params;
  return (
    <FilterDialog
      title="Filter certificates"
      description="Certificates must match all filters. Copy the URL to share them."
      fields={fields}
      initial={{
        owner,
        from: expiresAfter && dayFrom(expiresAfter),
        until: expiresBefore && dayUntil(expiresBefore),
      }}
      {...{ path, params, read }}
    />
  );
}
