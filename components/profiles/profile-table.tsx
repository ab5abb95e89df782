import { Badge, StateBadge } from "@/components/ui/badge";
import { DataTable, type Column } from "@/components/ui/table";
import { EmptyState } from "@/components/ui/empty-state";
import { formatCount } from "@/lib/format/count";
import { formatDuration } from "@/lib/format/duration";
import type { ProfileDto } from "@/lib/profiles/schema";
import { needsReview } from "./broad-rules";

/** Active or retired, as label, icon and color. */
export function ProfileState({ status }: Pick<ProfileDto, "status">) {
  return status === "active" ? (
    <StateBadge state="valid" label="Active" />
  ) : (
    <StateBadge state="expired" label="Retired" />
  );
}

const columns: readonly Column<ProfileDto>[] = [
  { key: "name", header: "Name", width: "grow", cell: ({ name }) => name },
  {
    key: "slug",
    header: "Slug",
    hideBelow: "sm",
    cell: ({ slug }) => (
      <code className="font-mono text-xs" title={slug}>
        {slug}
      </code>
    ),
  },
  {
    key: "status",
    header: "State",
    width: "fit",
    cell: (profile) => (
      <span className="flex flex-wrap gap-1">
        <ProfileState status={profile.status} />
        {needsReview(profile) && <Badge tone="expiring">Review rules</Badge>}
      </span>
    ),
  },
  {
    key: "authority",
    header: "Issuing CA",
    hideBelow: "md",
    cell: ({ authoritySlug }) => authoritySlug ?? "Any",
  },
  {
    key: "lifetime",
    header: "Lifetime",
    hideBelow: "lg",
    width: "fit",
    cell: ({ rules }) => formatDuration(rules.validitySecondsDefault),
  },
  {
    key: "version",
    header: "Version",
    align: "end",
    hideBelow: "md",
    width: "fit",
    cell: ({ version }) => version,
  },
  {
    key: "count",
    header: "Certificates",
    align: "end",
    width: "fit",
    cell: ({ certificateCount }) => formatCount(certificateCount),
  },
];

/** Profiles as rows; each row links to its page. */
export function ProfileTable({
  caption,
  items,
}: Readonly<{ caption: string; items: readonly ProfileDto[] }>) {
  return (
    <DataTable
      bare
      caption={caption}
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/profiles/${id}`}
      empty={
        <EmptyState title="No profiles yet">
          Create a profile to define what can be issued.
        </EmptyState>
      }
    />
  );
}
