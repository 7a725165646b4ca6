/** Where the focus is. */

/** Whether a key or clipboard event belongs to a text field, a dialog or selected text. */
export const inText = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"]') !== null
