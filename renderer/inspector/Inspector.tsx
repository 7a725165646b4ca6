export function Inspector() {
  return <div data-inspector />
}
