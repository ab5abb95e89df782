import { AuthorityState } from "@/components/authorities/authority-state";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { Overview } from "@/lib/overview/schema";

const known = { pending: "pending", active: "active", retired: "retired" } as const;

/** The authorities, and when each CRL is due. */
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
              <AuthorityState status={known[status as keyof typeof known] ?? "pending"} />
            </div>
            <p className="text-xs text-muted">
              {notAfter && (
                <>
                  Ends <Time at={notAfter} show="day" />
                </>
              )}
              {crlNextUpdate && (
                <>
                  , next CRL <Time at={crlNextUpdate} />
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
