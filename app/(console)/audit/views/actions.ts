"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { createView } from "@/lib/views/create-view";
import { deleteView } from "@/lib/views/delete-view";
import { renameView } from "@/lib/views/rename-view";
import { viewInput, viewRename } from "@/lib/views/schema";

const viewId = z.strictObject({ id: z.string().max(64) });

export const save = defineAction("audit.read", viewInput, createView);
export const rename = defineAction(
  "audit.read",
  viewRename.extend(viewId.shape),
  (deps, actor, { id, name }) => renameView(deps, actor, id, { name }),
);
export const remove = defineAction("audit.read", viewId, (deps, actor, { id }) =>
  deleteView(deps, actor, id),
);
