import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import type { ProfileDto } from "@/lib/profiles/schema";

/** The profiles that issue from a CA: to be changed before it is replaced. Nothing without any. */
export function IssuingProfilesCard({
  profiles,
}: Readonly<{
  profiles: readonly Pick<ProfileDto, "id" | "slug" | "name">[];
}>) {
  if (profiles.length === 0) return null;
  return (
    <Card title="Profiles" description="These issue from this CA.">
      <ul className="flex flex-col gap-2 text-sm">
        {profiles.map(({ id, slug, name }) => (
          <li key={id} className="flex min-w-0 flex-wrap items-baseline justify-between gap-x-3">
            <span className="min-w-0 break-words">
              <Link href={`/profiles/${id}`} variant="quiet">
                {name}
              </Link>
            </span>
            <code className="min-w-0 font-mono text-xs break-all text-muted">{slug}</code>
          </li>
        ))}
      </ul>
    </Card>
  );
}
