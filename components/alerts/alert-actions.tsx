import { CheckCheck, CircleCheck, CircleUser, ShieldOff } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { AlertDto, Assignee } from "@/lib/alerts/schema";
import { AcknowledgeDialog } from "./acknowledge-dialog";
import { AssignDialog } from "./assign-dialog";
import { ExceptionDialog } from "@/components/alerts/exceptions/exception-dialog";
import { ResolveDialog } from "./resolve-dialog";
import type { AlertServerActions } from "./types";

type Props = Readonly<{
  alert: AlertDto;
  acts: AlertServerActions;
  me: string | null;
  people: readonly Assignee[];
  /** The network it came from, if there was only one. */ network: string | null;
  /** Why the role can't silence this alert. */
  denied: Readonly<{ except?: string; resolve?: string }>;
}>;

/** The actions for one alert. The primary button is the next step. */
export function AlertActions({ alert, acts, me, people, network, denied }: Props) {
  const { id, status } = alert;
  const exceptButton = (
    <Button icon={<ShieldOff aria-hidden />} disabledReason={denied.except}>
      Add exception
    </Button>
  );
  const except =
    denied.except === undefined ? (
      <ExceptionDialog
        trigger={exceptButton}
        alert={alert}
        action={acts.except}
        network={network}
      />
    ) : (
      exceptButton
    );
  if (status === "resolved") return except;
  const open = status === "open";
  return (
    <>
      <AssignDialog
        trigger={<Button icon={<CircleUser aria-hidden />}>Assign</Button>}
        alert={alert}
        action={acts.assign}
        me={me}
        people={people}
      />
      {except}
      {denied.resolve === undefined ? (
        <ResolveDialog
          trigger={
            <Button variant={open ? "secondary" : "primary"} icon={<CircleCheck aria-hidden />}>
              Resolve
            </Button>
          }
          id={id}
          action={acts.resolve}
        />
      ) : (
        <Button icon={<CircleCheck aria-hidden />} disabledReason={denied.resolve}>
          Resolve
        </Button>
      )}
      {open && (
        <AcknowledgeDialog
          trigger={
            <Button variant="primary" icon={<CheckCheck aria-hidden />}>
              Acknowledge
            </Button>
          }
          id={id}
          action={acts.acknowledge}
        />
      )}
    </>
  );
}
