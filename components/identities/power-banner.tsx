import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import type { IdentityPower } from "@/lib/identities/schema";

type Props = Readonly<{
  powers: readonly IdentityPower[];
  /** The account that it signs in to, for roles that may read accounts. */
  account: Readonly<{ email: string }> | null | undefined;
  /** False for administrators, for whom nothing is closed. */
  restricted: boolean;
}>;

/**
 * What an identity can be used for beyond itself, and what is closed to the role because of that.
 */
export function PowerBanner({ powers, account, restricted }: Props) {
  if (powers.includes("chancery"))
    return (
      <Banner title="This identity belongs to Chancery itself.">
        Chancery issues and renews its certificates. Administrators can only revoke them.
      </Banner>
    );
  if (powers.length === 0) return null;
  return (
    <Banner tone="warning" title={powers.map((power) => titleOf(power, account)).join(" ")}>
      {restricted ? (
        <>
          Only administrators can issue, rotate or release its certificates, or change its name,
          owner, networks, names or state. Operators can still revoke its certificates and put them
          on hold.
        </>
      ) : (
        <>
          Only administrators can change this identity and issue its certificates.{" "}
          <Link href="/settings/power">See who can act as whom.</Link>
        </>
      )}
    </Banner>
  );
}

function titleOf(power: IdentityPower, account: Props["account"]): string {
  if (power === "proxy") return "Trusted proxy: it passes on the certificates of its clients.";
  if (power === "ca") return "Gets CA certificates.";
  return account ? `Signs in as ${account.email}.` : "Its certificates sign in to the console.";
}
