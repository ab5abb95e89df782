import { CheckCheck, CircleCheck, CircleUser, ShieldOff } from "lucide-react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { Button } from "@/components/ui/button";
import type { AlertDto, ExceptionDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { AssignDialog, type Person } from "./assign-dialog";
import { ExceptionDialog } from "./exception-dialog";
import { ResolveDialog } from "./resolve-dialog";

export type AlertActs = Readonly<{ acknowledge: ServerAction<AlertDto>; assign: ServerAction<AlertDto>; resolve: ServerAction<AlertDto>; except: ServerAction<ExceptionDto> }>;

type Props = Readonly<{ alert: AlertDto; acts: AlertActs; me: string | null; people: readonly Person[]; /** The network in which it was seen, if it was one. */ network: string | null }>;

/** What can be done about one alert. The main button is the next step. */
export function AlertActions({ alert, acts, me, people, network }: Props) {
  const { id, status } = alert;
  const except = <ExceptionDialog trigger={<Button icon={<ShieldOff aria-hidden />}>Make an exception</Button>} alert={alert} action={acts.except} network={network} />;
  if (status === "resolved") return except;
  const open = status === "open";
  return (
    <>
      <AssignDialog trigger={<Button icon={<CircleUser aria-hidden />}>Assign</Button>} alert={alert} action={acts.assign} me={me} people={people} />
      {except}
      <ResolveDialog trigger={<Button variant={open ? "secondary" : "primary"} icon={<CircleCheck aria-hidden />}>Resolve</Button>} id={id} action={acts.resolve} />
      {open && (
        <CommentDialog trigger={<Button variant="primary" icon={<CheckCheck aria-hidden />}>Acknowledge</Button>} title="Acknowledge this alert?" submitLabel="Acknowledge" receipt="Acknowledged." action={acts.acknowledge} fixed={{ id }}
          consequence="It says that somebody looks at it. It stays among the unresolved until it is resolved." />
      )}
    </>
  );
}
