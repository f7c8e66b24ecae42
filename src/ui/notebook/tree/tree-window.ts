/** Which rows of a long list are drawn: those in view and some around them, and the one that has the focus. */

export interface Viewport {
  readonly top: number;
  readonly height: number;
}

/** Rows drawn above and below the view, so that a flick doesn't show the ground. */
const MARGIN_ROWS = 12;

/** Indexes to draw, rising; the focused one is among them wherever it is, so that the focus isn't lost by scrolling. */
export function drawnRows(count: number, rowHeight: number, {top, height}: Viewport, focused: number): number[] {
  const from = Math.max(0, Math.floor(top / rowHeight) - MARGIN_ROWS);
  const to = Math.min(count, Math.ceil((top + height) / rowHeight) + MARGIN_ROWS);
  const drawn = Array.from({length: Math.max(0, to - from)}, (_, offset) => from + offset);
  if (focused < 0 || focused >= count || (focused >= from && focused < to)) return drawn;
  return focused < from ? [focused, ...drawn] : [...drawn, focused];
}

/** Where to scroll so that a row is in view; the same when it is. */
export function scrollFor(index: number, rowHeight: number, {top, height}: Viewport): number {
  const start = index * rowHeight;
  if (start < top) return start;
  return start + rowHeight > top + height ? start + rowHeight - height : top;
}
