"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { createView } from "@/lib/views/create-view";
import { deleteView } from "@/lib/views/delete-view";
import { renameView } from "@/lib/views/rename-view";
import { viewInput, viewRename } from "@/lib/views/schema";

// The use cases ask for the permission to read the list of the view.
const viewId = z.strictObject({ id: z.string().max(64) });

export const save = defineAction("self", viewInput, createView);
export const rename = defineAction(
  "self",
  viewRename.extend(viewId.shape),
  (deps, actor, { id, name }) => renameView(deps, actor, id, { name }),
);
export const remove = defineAction("self", viewId, (deps, actor, { id }) =>
  deleteView(deps, actor, id),
);
