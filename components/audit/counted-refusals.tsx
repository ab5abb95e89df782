import { Card } from "@/components/ui/card";
import { type DataItem, DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { CountedRefusalDetails } from "./counted-refusals-of";

const numberText = (n: number): string => n.toLocaleString("en-US");

/** Refused requests of unauthenticated clients that share one entry. */
export function CountedRefusals({ refusals }: Readonly<{ refusals: CountedRefusalDetails }>) {
  const { reasons, requests, otherRequests, presented = [] } = refusals;
  const rows = [
    ...requests.map(({ request, count }) => ({ request, count })),
    ...(otherRequests > 0 ? [{ request: "All others", count: otherRequests }] : []),
  ];
  return (
    <Card
      title="Denied requests"
      description="Only the first few unauthenticated requests of a minute get an entry each. The rest of that minute is counted here."
    >
      <Stack>
        <DataList items={factsOf(refusals)} />
        <CountTable caption="Requests" header="Method and path" rows={rows} />
        {reasons.length > 0 && (
          <CountTable
            caption="Reasons"
            header="Reason"
            rows={reasons.map(({ reason, count }) => ({ request: reason, count }))}
          />
        )}
        {presented.length > 0 && (
          <DataTable
            caption="Unknown certificates"
            rows={presented}
            rowKey={({ fingerprintSha256 }) => fingerprintSha256}
            empty={null}
            columns={[
              { key: "subject", header: "Claims to be", width: "grow", cell: (row) => row.subject },
              { key: "issuer", header: "Issued by", cell: (row) => row.issuer },
              {
                key: "fingerprint",
                header: "Fingerprint",
                cell: (row) => <MonoId value={row.fingerprintSha256} label="fingerprint" />,
              },
            ]}
          />
        )}
      </Stack>
    </Card>
  );
}

function factsOf(refusals: CountedRefusalDetails): readonly DataItem[] {
  const { count, code, status, network, addresses, addressCount, moreAddresses } = refusals;
  const { firstAt, lastAt, services = [], proxies = [] } = refusals;
  const unlisted = addressCount - addresses.length;
  return [
    { label: "Requests", value: numberText(count) },
    { label: "Code", value: `${code} (${status})` },
    { label: "First", value: <Time at={firstAt} show="exact" /> },
    { label: "Last", value: <Time at={lastAt} show="exact" /> },
    { label: "Network", value: network ?? "Several" },
    {
      label: "Addresses",
      value: `${numberText(addressCount)}${moreAddresses ? " or more" : ""}: ${addresses.join(", ")}${unlisted > 0 || moreAddresses ? " …" : ""}`,
    },
    ...(services.length > 0 ? [{ label: "Services", value: services.join(", ") }] : []),
    ...(proxies.length > 0 ? [{ label: "Proxies", value: proxies.join(", ") }] : []),
  ];
}

type CountRow = Readonly<{ request: string; count: number }>;

function CountTable({
  caption,
  header,
  rows,
}: Readonly<{ caption: string; header: string; rows: readonly CountRow[] }>) {
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={({ request }) => request}
      empty={null}
      columns={[
        {
          key: "request",
          header,
          width: "grow",
          cell: ({ request }) => <span data-tip={request}>{request}</span>,
        },
        {
          key: "count",
          header: "Requests",
          width: "fit",
          align: "end",
          cell: ({ count }) => numberText(count),
        },
      ]}
    />
  );
}
