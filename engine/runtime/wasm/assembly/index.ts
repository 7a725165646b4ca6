/** The compiled kernels: `npm run wasm` makes ../binaries.ts of them. */
export { depthOf, gemm, multiply, pack, packedBytes, packs, panelsOfA, tileBytes } from './gemm'
export { reduce } from './reduce'
export { foldUp, poolMax, unfold, unpool } from './windows'
export { copy } from './copy'
export { gather, scatterAdd } from './gather'
