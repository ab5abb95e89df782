import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import { Button } from "@/components/ui/button";
import { DataList } from "@/components/ui/data-list";
import { plural } from "@/lib/format/count";
import { defaultName } from "./setup-steps";
import { domainsOfValues, type SetupValues } from "./setup-values";

/** Everything that setup will create, with a link back to each step. */
export function SetupReview({
  values,
  goTo,
}: Readonly<{ values: SetupValues; goTo: (step: number) => void }>) {
  const authority = (name: string, key: string, years: string) =>
    `${name}, ${keyAlgorithmLabel(key)}, ${plural(Number(years), "year")}`;
  const rows = [
    ["Organization", values.organization],
    ["Domains", domainsOfValues(values).join(", ")],
    ["Administrator", `${values.adminName}, ${values.adminEmail}`],
    [
      "Root CA",
      authority(
        values.rootName.trim() || defaultName(values, "root"),
        values.rootKey,
        values.rootYears,
      ),
    ],
    [
      "Issuing CA",
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
        Setup also creates five profiles: TLS server, TLS client for services, TLS client for
        people, device, and short-lived. Keys are created in the signer process, encrypted at rest,
        and never leave it.
      </p>
    </>
  );
}
