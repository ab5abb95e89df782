import type { ComponentProps } from "react";
import { TableSettings } from "@/components/filters/table-settings";
import type { Actor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import type { ViewList } from "@/lib/views/schema";
import { Views } from "./views";

type Props = Omit<ComponentProps<typeof TableSettings>, "table"> &
  Readonly<{ list: Exclude<ViewList, "audit">; deps: Deps; actor: Actor }>;

/** The menus at the end of a list's filters: its views, and how its table is displayed. */
export const ListMenus = ({ list, deps, actor, ...settings }: Props) => (
  <div className="grid grid-cols-2 gap-2 max-sm:[&_svg]:hidden sm:contents">
    <Views list={list} deps={deps} actor={actor} params={settings.params} />
    <TableSettings table={list} {...settings} />
  </div>
);
