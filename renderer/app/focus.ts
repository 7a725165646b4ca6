/** Where the focus is. */

/** Whether a key or clipboard event belongs to a text field, a dialog or selected text. */
export const inText = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"]') !== null

/** Whether a text field has nothing typed that waits to be taken: undo then means the document. */
export const isSettled = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[data-settled]') !== null

/** What lies over the page, and takes Escape. */
export const overlays = (): boolean =>
  document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"], [role="tooltip"]') !==
  null
