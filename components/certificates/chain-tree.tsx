import { Award, FileKey2, Landmark } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";

export type ChainLink = Readonly<{
  id: string;
  name: string;
  label: string;
  kind: "root" | "issuing" | "leaf";
  href: string | null;
  notAfter: string | null;
}>;

const icons = {
  root: <Landmark aria-hidden />,
  issuing: <Award aria-hidden />,
  leaf: <FileKey2 aria-hidden />,
} as const;

/** The certificate chain, from the root CA down to the certificate. */
export function ChainTree({ links }: Readonly<{ links: readonly ChainLink[] }>) {
  return <Level links={links} />;
}

function Level({ links: [first, ...rest] }: Readonly<{ links: readonly ChainLink[] }>): ReactNode {
  if (!first) return null;
  return (
    <ol>
      <li>
        <div className="flex min-w-0 items-start gap-2.5 py-1 text-sm">
          <span className="grid size-6 shrink-0 place-items-center rounded-full border border-border bg-sunken text-muted [&_svg]:size-3.5">
            {icons[first.kind]}
          </span>
          <span className="min-w-0">
            <span className="block break-words">
              {first.href ? (
                <Link href={first.href} variant="quiet">
                  {first.name}
                </Link>
              ) : (
                <span className="font-medium" aria-current="true">
                  {first.name}
                </span>
              )}
            </span>
            <span className="text-xs text-muted">
              {first.label}
              {first.notAfter && (
                <>
                  , expires <Time at={first.notAfter} show="day" />
                </>
              )}
            </span>
          </span>
        </div>
        {rest.length > 0 && (
          <div className="ml-3 border-l border-border pl-3">
            <Level links={rest} />
          </div>
        )}
      </li>
    </ol>
  );
}
