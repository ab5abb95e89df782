import type { AlertDto, Excepted } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";

/** What people do with an alert. */
export type AlertActs = Readonly<{
  acknowledge: ServerAction<AlertDto>;
  assign: ServerAction<AlertDto>;
  resolve: ServerAction<AlertDto>;
  except: ServerAction<Excepted>;
}>;
