import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import type { HeldMailbox } from "@/lib/identities/schema";

/** Emails of users that other identities have as names for certificates. */
export function MailboxList({ items }: Readonly<{ items: readonly HeldMailbox[] }>) {
  return (
    <Banner tone="warning" title="Identities that could be taken for a user">
      <p>
        They have the email of a user they aren’t linked to. They get no new certificate with it.
        Link them to the user, or release the name and revoke the certificates that carry it.
      </p>
      <ul className="mt-2">
        {items.map(({ account, identity, name }) => (
          <li key={`${identity.id} ${name}`}>
            <Link href={`/identities/${identity.id}`}>{identity.name}</Link> has {name}, the email
            of{" "}
            <Link href={`/settings/users?q=${encodeURIComponent(account.email)}`}>
              {account.email}
            </Link>
          </li>
        ))}
      </ul>
    </Banner>
  );
}
