import { targetHref } from "@/components/audit/target-href";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { AlertDto } from "@/lib/alerts/schema";
import { resolutionWords, subjectName, subjectWord } from "./alert-words";

/** Whom it is about, which rule, and who takes care of it. */
export function AlertFacts({
  alert,
  identityName,
  mayOpen,
}: Readonly<{
  alert: AlertDto;
  identityName: string | undefined;
  /** The reader may open the page of what it is about. */ mayOpen: boolean;
}>) {
  const { subject, identityId, rule, ruleTitle, assignedTo, resolved, openedAt, id } = alert;
  const href = mayOpen ? targetHref(subject) : null,
    name = subjectName(subject);
  return (
    <Card title="About">
      <DataList
        items={[
          {
            label: subjectWord(subject.kind),
            value:
              href === null ? (
                <span className="wrap-anywhere">{name}</span>
              ) : (
                <Link href={href}>{name}</Link>
              ),
          },
          ...(identityId !== null && identityId !== subject.id
            ? [
                {
                  label: "Identity",
                  value: (
                    <Link href={`/identities/${identityId}`}>{identityName ?? identityId}</Link>
                  ),
                },
              ]
            : []),
          { label: "Rule", value: <Link href={`/alerts/rules#${rule}`}>{ruleTitle}</Link> },
          { label: "Raised", value: <Time at={openedAt} show="minute" /> },
          {
            label: "Assigned to",
            value: assignedTo?.label ?? <span className="text-muted">Nobody</span>,
          },
          ...(resolved === null
            ? []
            : [
                {
                  label: "Resolved as",
                  value: (
                    <>
                      {resolutionWords[resolved.resolution].label}
                      {resolved.comment !== "" && (
                        <span className="block text-muted">{resolved.comment}</span>
                      )}
                    </>
                  ),
                },
              ]),
          { label: "Id", value: <MonoId value={id} label="id" kind="text" /> },
        ]}
      />
    </Card>
  );
}
