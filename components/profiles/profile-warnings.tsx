import { Banner } from "@/components/ui/banner";
import { Stack } from "@/components/ui/layout";
import { formatList } from "@/lib/format/count";
import type { ProfileDto } from "@/lib/profiles/schema";
import { needsReview, unlimitedNames } from "./broad-rules";

/** What is wrong with rules that an older version saved, and how to fix it. */
export function ProfileWarnings({ profile }: Readonly<{ profile: ProfileDto }>) {
  if (!needsReview(profile)) return null;
  const unlimited = unlimitedNames(profile.rules);
  return (
    <Stack>
      {unlimited.length > 0 && (
        <Banner tone="warning" title={`This profile allows any ${formatList(unlimited, "or")}`}>
          Certificates can carry names of other organizations. Edit the profile and list your own
          domains and networks.
        </Banner>
      )}
      {profile.rules.savedBeforeNames && (
        <Banner tone="warning" title="This profile was saved by an older version of Chancery">
          It&apos;s for every kind of identity, identities can request certificates for themselves,
          and requests that newer rules reject only get a warning when staff make them. Edit and
          save the profile to apply all rules.
        </Banner>
      )}
    </Stack>
  );
}
