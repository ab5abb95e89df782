import { CheckCheck, CircleCheck, CircleUser, ShieldOff } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { AlertDto, Assignee } from "@/lib/alerts/schema";
import { AcknowledgeDialog } from "./acknowledge-dialog";
import { AssignDialog } from "./assign-dialog";
import { ExceptionDialog } from "./exception-dialog";
import { ResolveDialog } from "./resolve-dialog";
import type { AlertActs } from "./types";

type Props = Readonly<{
  alert: AlertDto;
  acts: AlertActs;
  me: string | null;
  people: readonly Assignee[];
  /** The network in which it was seen, if it was one. */ network: string | null;
}>;

/** What can be done about one alert. The main button is the next step. */
export function AlertActions({ alert, acts, me, people, network }: Props) {
  const { id, status } = alert;
  const except = (
    <ExceptionDialog
      trigger={<Button icon={<ShieldOff aria-hidden />}>Make an exception</Button>}
      alert={alert}
      action={acts.except}
      network={network}
    />
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
      <ResolveDialog
        trigger={
          <Button variant={open ? "secondary" : "primary"} icon={<CircleCheck aria-hidden />}>
            Resolve
          </Button>
        }
        id={id}
        action={acts.resolve}
      />
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
