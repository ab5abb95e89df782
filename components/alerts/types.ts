import type { AlertDto, ExceptionDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";

/** An exception made from an alert. `resolvedBefore`: how somebody else has resolved the alert meanwhile, which stays as it is. */
export type Excepted = ExceptionDto & Readonly<{ resolvedBefore: AlertDto["resolved"] }>;

/** What people do with an alert. */
export type AlertActs = Readonly<{ acknowledge: ServerAction<AlertDto>; assign: ServerAction<AlertDto>; resolve: ServerAction<AlertDto>; except: ServerAction<Excepted> }>;
