"use server";

import { defineAction } from "@/lib/auth/define-action";
import { signOffInput } from "@/lib/inventory/schema";
import { signOffInventory } from "@/lib/inventory/sign-off-inventory";

export const signOff = defineAction("audit.verify", signOffInput, signOffInventory);
