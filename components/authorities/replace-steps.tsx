import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import type { AuthorityDto } from "@/lib/authorities/schema";
import type { ProfileDto } from "@/lib/profiles/schema";

type Props = Readonly<{
  replaces: Pick<AuthorityDto, "id" | "name">;
  /** Those that issue from it. */
  profiles: readonly Pick<ProfileDto, "id" | "name">[];
}>;

/** How one CA takes the place of another without an interruption. */
export function ReplaceSteps({ replaces: { id, name }, profiles }: Props) {
  return (
    <Banner title={`Replaces ${name}`}>
      <ol className="list-decimal pl-5">
        <li>Create the new CA below, and confirm it on the host.</li>
        <li>
          {profiles.length === 0 ? (
            "Choose it in the profiles that are to issue from it."
          ) : (
            <>
              Choose it in the profiles that issue from {name}:{" "}
              {profiles.map(({ id: profileId, name: profileName }, n) => (
                <span key={profileId}>
                  {n > 0 && ", "}
                  <Link href={`/profiles/${profileId}/edit`}>{profileName}</Link>
                </span>
              ))}
              . New and rotated certificates come from it at once.
            </>
          )}
        </li>
        <li>
          <Link href={`/authorities/${id}`}>{name}</Link> keeps publishing its CRL until what it
          issued has expired. Systems that trust the root need no change.
        </li>
      </ol>
    </Banner>
  );
}
