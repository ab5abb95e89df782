import { Card } from "@/components/ui/card";
import { DataList, type DataItem } from "@/components/ui/data-list";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { DestinationConfig, DestinationDto } from "@/lib/delivery/schema";
import { kindLabels, severityHints } from "./delivery-labels";

const securityLabels = { starttls: "STARTTLS", tls: "TLS", none: "None" } as const;
const trust = (ca: string): DataItem => ({
  label: "Trusts",
  value:
    ca === ""
      ? "CAs of the system and of Chancery"
      : "CAs of the system and of Chancery, and the certificates added here",
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
        { label: "Encryption", value: securityLabels[config.security] },
        { label: "Username", value: config.user },
        { label: "Password", value: hasSecret ? "Stored encrypted" : "" },
        trust(config.ca),
      ];
    case "webhook":
      return [
        { label: "URL", value: <span className="break-all">{config.url}</span> },
        { label: "Signing key", value: hasSecret ? "Stored encrypted" : "" },
        trust(config.ca),
      ];
    case "slack":
      return [
        { label: "Webhook URL", value: config.shown },
        { label: "Full URL", value: hasSecret ? "Stored encrypted" : "" },
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

/** The settings of a destination. */
export function DestinationFacts({
  destination: { id, kind, config, hasSecret, minSeverity, createdAt, changedAt },
}: Readonly<{ destination: DestinationDto }>) {
  const items: DataItem[] = [
    { label: "Kind", value: kindLabels[kind].label },
    ...settingsOf(config, hasSecret),
    { label: "Alerts", value: severityHints[minSeverity] },
    { label: "Added", value: <Time at={createdAt} /> },
    { label: "Changed", value: <Time at={changedAt} /> },
    { label: "ID", value: <MonoId value={id} label="ID" kind="text" /> },
  ];
  return (
    <Card title="Settings">
      <DataList narrow items={items} />
    </Card>
  );
}
