/** An edge of a document that is written out in a test; most operators read `x` and give `out`. */
export const edge = (id: string, source: string, target: string, targetHandle = 'x', sourceHandle = 'out') => ({
  id,
  source,
  sourceHandle,
  target,
  targetHandle
})
