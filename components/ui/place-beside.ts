const gap = 6,
  edge = 8;

/** Puts a fixed box below what it explains, or above where there is no room, inside the window. */
export function placeBeside(box: HTMLElement, anchor: DOMRect): void {
  const { width, height } = box.getBoundingClientRect();
  const below = anchor.bottom + gap;
  const top = below + height + edge > window.innerHeight ? anchor.top - gap - height : below;
  const left = Math.min(
    Math.max(edge, anchor.left + anchor.width / 2 - width / 2),
    window.innerWidth - width - edge,
  );
  box.style.top = `${Math.max(edge, top)}px`;
  box.style.left = `${left}px`;
}
