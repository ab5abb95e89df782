import type { ReactNode } from "react";
import { Banner } from "@/components/ui/banner";

/** Why setup can't go on, in place of the wizard. */
export function SetupNotice({
  title,
  children,
  action,
}: Readonly<{ title: string; children: string; action?: ReactNode }>) {
  return (
    <div className="flex w-full max-w-md flex-col gap-4">
      <h1 className="text-center text-xl font-semibold tracking-tight">Setup</h1>
      <Banner title={title} action={action}>
        {children}
      </Banner>
    </div>
  );
}
