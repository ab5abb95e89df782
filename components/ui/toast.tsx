"use client";

import { CircleCheck, OctagonX, X } from "lucide-react";
import NextLink from "next/link";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { IconButton } from "./button";
import { dismissToast, toastStore, type ActiveToast } from "./toast-store";

/** How long a notification stays unless the pointer or the focus is on it. */
const stayMs = 6000;
const stayWithLinkMs = 12_000;

/** The corner where notifications appear. Render it once in the layout; `showToast` fills it. */
export function ToastRegion() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.read, toastStore.none);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    // Shown again each time, so that it is above a dialog that was opened since.
    if (toasts.length > 0) {
      box.current?.hidePopover();
      box.current?.showPopover();
    } else box.current?.hidePopover();
  }, [toasts]);
  return (
    <section
      ref={box}
      popover="manual"
      aria-label="Messages"
      className="fixed inset-auto right-0 bottom-0 m-0 w-full max-w-sm flex-col gap-2 overflow-visible border-0 bg-transparent p-4 open:flex"
    >
      <div role="status" className="contents">
        {toasts.map((toast) => (
          <Toast key={toast.id} toast={toast} />
        ))}
      </div>
    </section>
  );
}

function Toast({ toast }: Readonly<{ toast: ActiveToast }>) {
  const [paused, setPaused] = useState(false);
  useEffect(() => {
    if (paused) return;
    const timer = setTimeout(
      () => {
        dismissToast(toast.id);
      },
      toast.href ? stayWithLinkMs : stayMs,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [paused, toast]);
  const pause = () => {
    setPaused(true);
  };
  const resume = () => {
    setPaused(false);
  };
  return (
    <div
      onPointerEnter={pause}
      onPointerLeave={resume}
      onFocus={pause}
      onBlur={resume}
      className="flex items-center gap-3 rounded-lg border border-border bg-raised py-2 pr-2 pl-3.5 text-sm text-text shadow-pop enter-rise"
    >
      {toast.tone === "danger" ? (
        <OctagonX aria-hidden className="size-4 shrink-0 text-revoked" />
      ) : (
        <CircleCheck aria-hidden className="size-4 shrink-0 text-valid" />
      )}
      <p className="min-w-0 flex-1">
        {toast.text}{" "}
        {toast.href && (
          <NextLink
            href={toast.href}
            prefetch={false}
            className="font-medium text-accent underline underline-offset-2"
          >
            {toast.linkText ?? "Show"}
          </NextLink>
        )}
        {toast.href && "."}
      </p>
      <IconButton
        label="Dismiss"
        size="sm"
        icon={<X aria-hidden />}
        onClick={() => {
          dismissToast(toast.id);
        }}
      />
    </div>
  );
}
