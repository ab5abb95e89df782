import { Card } from "@/components/ui/card";
import { DataList, type DataItem } from "@/components/ui/data-list";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { DestinationConfig, DestinationDto } from "@/lib/delivery/schema";
import { kindWords, severityHints } from "./delivery-words";

const securityWords = { starttls: "STARTTLS", tls: "TLS", none: "None" } as const;
const trust = (ca: string): DataItem => ({
  label: "Trusts",
  value:
    ca === "" ? "The system’s and Chancery’s authorities" : "These and the certificates given here",
});

function settingsOf(config: DestinationConfig, hasSecret: boolean): DataItem[] {
  switch (config.kind) {
    case "email":
      return [
        {
          label: "To",
          value: config.to.map((one) => (
            <span key={one} className="block">
              {one}
            </span>
          )),
        },
        { label: "From", value: config.from },
        { label: "Mail server", value: `${config.host}:${config.port}` },
        { label: "Encryption", value: securityWords[config.security] },
        { label: "User", value: config.user },
        { label: "Password", value: hasSecret ? "Sealed" : "" },
        trust(config.ca),
      ];
    case "webhook":
      return [
        { label: "Address", value: <span className="break-all">{config.url}</span> },
        { label: "Signing key", value: hasSecret ? "Sealed" : "" },
        trust(config.ca),
      ];
    case "slack":
      return [
        { label: "Link", value: config.shown },
        { label: "Whole link", value: hasSecret ? "Sealed" : "" },
      ];
    case "syslog":
      return [
        { label: "Server", value: `${config.host}:${config.port}` },
        { label: "Transport", value: config.transport.toUpperCase() },
        { label: "Facility", value: String(config.facility) },
        ...(config.transport === "tls" ? [trust(config.ca)] : []),
      ];
  }
}

/** How a destination is set. */
export function DestinationFacts({
  destination: { id, kind, config, hasSecret, minSeverity, createdAt, changedAt },
}: Readonly<{ destination: DestinationDto }>) {
  const items: DataItem[] = [
    { label: "Kind", value: kindWords[kind].label },
    ...settingsOf(config, hasSecret),
    { label: "Alerts", value: severityHints[minSeverity] },
    { label: "Added", value: <Time at={createdAt} /> },
    { label: "Changed", value: <Time at={changedAt} /> },
    { label: "Id", value: <MonoId value={id} label="id" kind="text" /> },
  ];
  return (
    <Card title="Settings">
      <DataList narrow items={items} />
    </Card>
  );
}
