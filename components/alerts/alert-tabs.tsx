import { LinkTabs } from "@/components/ui/tabs";
import { formatCount } from "@/lib/format/count";

/** The three pages of the alerts. */
export function AlertTabs({
  exceptions,
}: Readonly<{ /** The number of active exceptions. */ exceptions?: number | undefined }>) {
  return (
    <div className="pb-4">
      <LinkTabs
        label="Alerts"
        tabs={[
          { href: "/alerts", label: "Alerts" },
          { href: "/alerts/rules", label: "Rules" },
          {
            href: "/alerts/exceptions",
            label: "Exceptions",
            count: exceptions ? formatCount(exceptions) : undefined,
          },
        ]}
      />
    </div>
  );
}
