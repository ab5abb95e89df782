export type ToastMessage = Readonly<{
  /** A sentence with its full stop: "Revoked." */
  text: string;
  tone?: "success" | "danger" | undefined;
  /** The entry that holds the act: "Entry 812". */
  linkText?: string | undefined;
  href?: string | undefined;
}>;
export type ShownToast = ToastMessage & Readonly<{ id: number }>;

let toasts: readonly ShownToast[] = [];
let lastId = 0;
const watchers = new Set<() => void>();
const change = (next: readonly ShownToast[]) => {
  toasts = next;
  for (const watcher of watchers) watcher();
};

/** Shows a receipt in the corner, from any client component. At most three stand at once. */
export function showToast(message: ToastMessage): void {
  lastId += 1;
  change([...toasts, { ...message, id: lastId }].slice(-3));
}

/** Takes one away. */
export function dismissToast(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

export const toastStore = {
  subscribe: (watcher: () => void) => {
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
    };
  },
  read: () => toasts,
  none: (): readonly ShownToast[] => noToasts,
};
const noToasts: readonly ShownToast[] = [];
