import { algorithmWord } from "@/components/authorities/algorithm-choices";
import { Button } from "@/components/ui/button";
import { DataList } from "@/components/ui/data-list";
import { plural } from "@/lib/format/count";
import { defaultName } from "./setup-steps";
import type { SetupValues } from "./setup-values";

/** Everything that will be made, with a way back to each part. */
export function SetupReview({
  values,
  goTo,
}: Readonly<{ values: SetupValues; goTo: (step: number) => void }>) {
  const authority = (name: string, key: string, years: string) =>
    `${name}, ${algorithmWord(key)}, ${plural(Number(years), "year")}`;
  const rows = [
    ["Organisation", values.organization],
    [
      "DNS names",
      values.dnsPatterns
        .split(/[\s,]+/)
        .filter(Boolean)
        .join(", "),
    ],
    ["Administrator", `${values.adminName}, ${values.adminEmail}`],
    [
      "Root",
      authority(
        values.rootName.trim() || defaultName(values, "root"),
        values.rootKey,
        values.rootYears,
      ),
    ],
    [
      "Issuing",
      authority(
        values.issuingName.trim() || defaultName(values, "issuing"),
        values.issuingKey,
        values.issuingYears,
      ),
    ],
  ] as const;
  const steps = [0, 0, 1, 2, 3] as const;
  return (
    <>
      <DataList
        items={rows.map(([label, value], index) => ({
          label,
          value: (
            <span className="flex items-baseline justify-between gap-3">
              <span className="min-w-0 break-words">{value}</span>
              <Button
                size="sm"
                variant="ghost"
                onClick={() => {
                  goTo(steps[index] ?? 0);
                }}
                aria-label={`Change ${label}`}
              >
                Change
              </Button>
            </span>
          ),
        }))}
      />
      <p className="text-sm text-muted">
        Five profiles come with it: TLS server, TLS client for a service, for a person, device, and
        short-lived. The keys are made in the signer process, sealed at rest, and never leave it.
      </p>
    </>
  );
}
