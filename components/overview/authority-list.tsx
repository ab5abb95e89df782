import { AuthorityState } from "@/components/authorities/shared/authority-state";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { Overview } from "@/lib/overview/schema";

const statuses = ["pending", "active", "failed", "retired"] as const;

/** The CAs, and when the next CRL of each is due. */
export function AuthorityList({ authorities }: Pick<Overview, "authorities">) {
  return (
    <Card title="Authorities">
      <ul className="flex flex-col gap-2.5 text-sm">
        {authorities.map(({ id, name, status, notAfter, crlNextUpdate }) => (
          <li key={id} className="min-w-0">
            <div className="flex items-center justify-between gap-3">
              <Link href={`/authorities/${id}`} variant="quiet">
                {name}
              </Link>
              <AuthorityState status={statuses.find((one) => one === status) ?? "pending"} />
            </div>
            <p className="text-xs text-muted">
              {notAfter && (
                <>
                  Expires <Time at={notAfter} show="day" />
                </>
              )}
              {crlNextUpdate && (
                <>
                  {notAfter && " · "}next CRL <Time at={crlNextUpdate} />
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
