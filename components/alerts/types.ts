import type { AlertDto, AlertException } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";

/** The server actions for an alert. */
export type AlertServerActions = Readonly<{
  acknowledge: ServerAction<AlertDto>;
  assign: ServerAction<AlertDto>;
  resolve: ServerAction<AlertDto>;
  except: ServerAction<AlertException>;
}>;
