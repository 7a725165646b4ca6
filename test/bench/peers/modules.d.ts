// The peers are installed by the bench itself, into its own folder: the rest of the project is checked without them.
declare module '@tensorflow/tfjs-core'
declare module '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
declare module '@tensorflow/tfjs-core/dist/register_all_gradients'
declare module '@tensorflow/tfjs-backend-cpu'
declare module '@tensorflow/tfjs-backend-wasm'
declare module '@tensorflow/tfjs-backend-webgl'
declare module '@tensorflow/tfjs-backend-webgpu'
declare module '@jax-js/jax'
