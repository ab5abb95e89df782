import { targetHref } from "@/components/shared/target-href";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { AlertDto } from "@/lib/alerts/schema";
import { resolutionLabels, subjectName, subjectKindLabel } from "./alert-labels";

/** The subject of an alert, its rule, and its assignee. */
export function AlertFacts({
  alert,
  identityName,
  mayOpen,
}: Readonly<{
  alert: AlertDto;
  identityName: string | undefined;
  /** The user may open the page of the subject. */ mayOpen: boolean;
}>) {
  const { subject, identityId, rule, ruleTitle, assignedTo, resolved, openedAt, id } = alert;
  const href = mayOpen ? targetHref(subject) : null,
    name = subjectName(subject);
  return (
    <Card title="About">
      <DataList
        items={[
          {
            label: subjectKindLabel(subject.kind),
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
            value: assignedTo?.label ?? <span className="text-muted">Unassigned</span>,
          },
          ...(resolved === null
            ? []
            : [
                {
                  label: "Resolved as",
                  value: (
                    <>
                      {resolutionLabels[resolved.resolution].label}
                      {resolved.comment !== "" && (
                        <span className="block text-muted">{resolved.comment}</span>
                      )}
                    </>
                  ),
                },
              ]),
          { label: "ID", value: <MonoId value={id} label="ID" kind="text" /> },
        ]}
      />
    </Card>
  );
}
