import { Ban, CircleCheck, CirclePlus, CircleX, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { nameTypeLabels } from "@/components/names/shared/name-text";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import type { PreviewedName } from "@/lib/certificates/schema";
import type { HeldNameDto } from "@/lib/identities/schema";

type Props = Readonly<{
  names: readonly PreviewedName[];
  /** Administrators can share and transfer names that another identity holds. */
  mayManage: boolean;
}>;

const looks: Readonly<Record<PreviewedName["state"], readonly [LucideIcon, string]>> = {
  held: [CircleCheck, "text-valid"],
  "would-add": [CirclePlus, "text-pending"],
  "held-by-another": [Ban, "text-revoked"],
  "not-held": [CircleX, "text-revoked"],
};

/** Each name of the certificate, and whether the identity holds it. */
export function PreviewNames({ names, mayManage }: Props) {
  return (
    <Card
      title="Names"
      description="An identity can only get certificates for names that it holds."
    >
      <ul aria-label="Names of the certificate" className="flex flex-col gap-2.5 text-sm">
        {names.map((name) => (
          <NameLine
            key={`${name.from}-${name.type}-${name.value}`}
            name={name}
            mayManage={mayManage}
          />
        ))}
      </ul>
    </Card>
  );
}

function NameLine({ name, mayManage }: Readonly<{ name: PreviewedName; mayManage: boolean }>) {
  const [Icon, color] = stateOf(name);
  return (
    <li className="flex gap-2.5">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${color}`} />
      <div className="min-w-0">
        <p className="font-mono text-xs leading-5 break-all">{name.value}</p>
        <p className="text-xs text-muted">
          {nameTypeLabels[name.type as HeldNameDto["type"]]} ·{" "}
          <Status name={name} mayManage={mayManage} />
        </p>
      </div>
    </li>
  );
}

/** A common name is no right by itself: whether it fits is decided with the profile. */
const isBoundByProfile = ({ type, state }: PreviewedName): boolean =>
  type === "cn" && state === "not-held";

const stateOf = (name: PreviewedName): readonly [LucideIcon, string] =>
  isBoundByProfile(name) ? [CircleX, "text-muted"] : looks[name.state];

function Status({
  name,
  mayManage,
}: Readonly<{ name: PreviewedName; mayManage: boolean }>): ReactNode {
  const { state, by, holder, type, value } = name;
  switch (state) {
    case "held":
      return heldText(value, by);
    case "would-add":
      return "Will be added";
    case "held-by-another":
      return (
        <>
          Belongs to{" "}
          {holder ? (
            <Link href={`/identities/${holder.id}`}>{holder.name}</Link>
          ) : (
            "another identity"
          )}
          .{mayManage && " Share or transfer the name there."}
        </>
      );
    case "not-held":
      return type === "cn" ? "Not held by the identity" : "Not held";
  }
}

/** "Held by *.example.com" for a pattern; the name itself needs no mention. */
function heldText(value: string, by: string | null): string {
  const holding = by?.replace(/^[A-Za-z]+:/, "") ?? value;
  return holding === value ? "Held" : `Held by ${holding}`;
}
