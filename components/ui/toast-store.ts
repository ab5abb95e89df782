export type ToastMessage = Readonly<{
  /** A sentence with its full stop: "Revoked." */
  text: string;
  tone?: "success" | "danger" | undefined;
  /** The audit log entry of the action: "Entry 812". */
  linkText?: string | undefined;
  href?: string | undefined;
}>;
export type ActiveToast = ToastMessage & Readonly<{ id: number }>;

let toasts: readonly ActiveToast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();
const change = (next: readonly ActiveToast[]) => {
  toasts = next;
  for (const listener of listeners) listener();
};

/** Shows a notification in the corner, from any client component. At most three are visible. */
export function showToast(message: ToastMessage): void {
  lastId += 1;
  change([...toasts, { ...message, id: lastId }].slice(-3));
}

/** Removes one notification. */
export function dismissToast(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

export const toastStore = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
  read: () => toasts,
  none: (): readonly ActiveToast[] => noToasts,
};
const noToasts: readonly ActiveToast[] = [];
