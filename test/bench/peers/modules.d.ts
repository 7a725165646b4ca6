// The peers are installed by the bench itself, into its own folder: the rest of the project is checked without them.
declare module '@tensorflow/tfjs'
declare module '@tensorflow/tfjs-backend-wasm'
declare module '@tensorflow/tfjs-backend-webgpu'
declare module '@jax-js/jax'
